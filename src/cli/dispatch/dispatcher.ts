import { readdirSync } from 'node:fs'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import type { JobOptions } from '../../jobs/client/jobs.ts'
import { openHome } from '../../jobs/home.ts'
import { isJobId, resolveJobId } from '../../jobs/job-id.ts'
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

/** The spool: nothing is heard from the supervisor, so that nothing is waited for. */
export const spoolDispatcher: Dispatcher = {
  idOf: (given) => resolveJobId(given, readdirSync(openHome().jobs).filter(isJobId).toSorted()),
  dispatch: async (definition, options) =>
    spoolJob(definition, { ...options, redact: await redactedVariables(process.env) }),
}
