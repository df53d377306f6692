import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import type { JobOptions } from '../../jobs/client/jobs.ts'
import { openHome } from '../../jobs/home.ts'
import { isJobId, resolveJobId } from '../../jobs/job-id.ts'
import { secretNames } from '../../jobs/spool/secret-names.ts'
import { spoolJob } from '../../jobs/spool/spool-job.ts'
import { redactedVariables } from './redacted-variables.ts'

/** Where `dagmar dispatch` puts jobs. */
export interface Dispatcher {
  /** The job that is meant by a part of its id. Throws `JOB_UNKNOWN` or `JOB_AMBIGUOUS`. */
  idOf(given: string): string | Promise<string>
  /** Resolves when it is safe. */
  dispatch(
    definition: PlanDefinition,
    options: JobOptions,
  ): Promise<{ readonly id: string; call(): Promise<void> }>
}

/**
 * The spool: nothing is heard from the supervisor, so that nothing is waited for. A job whose environment has what must
 * not be written down goes to the supervisor by a connection.
 */
export const spoolDispatcher: Dispatcher = {
  idOf: (given) => {
    const { jobs } = openHome()
    const ids = idsIn(jobs)
    return resolveJobId(given, { ids, at: (place) => ids.find((id) => placeOf(join(jobs, id)) === place) })
  },
  dispatch: async (definition, options) => {
    const isSecret = secretNames(await redactedVariables(process.env))
    if (!Object.keys(process.env).some(isSecret)) return spoolJob(definition, options)
    const { connect } = await import('../../jobs/client/connect.ts')
    const jobs = await connect()
    const { id } = await jobs.dispatch(definition, options)
    return { id, call: () => jobs.close() }
  },
}

/** In the order of the list. Those of one second do not say which came first, but their folders do. */
function idsIn(folder: string): readonly string[] {
  const madeAt = (id: string): number =>
    statSync(join(folder, id), { throwIfNoEntry: false })?.birthtimeMs ?? 0
  return readdirSync(folder)
    .filter(isJobId)
    .toSorted((one, other) =>
      secondOf(one) === secondOf(other) ? madeAt(one) - madeAt(other) : one < other ? -1 : 1,
    )
}

/** The number that the supervisor has given it; undefined where it has not taken it yet. */
function placeOf(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')) as { place?: unknown }).place
  } catch {
    return undefined
  }
}

const secondOf = (id: string): string => id.slice(0, '261126-113754'.length)
