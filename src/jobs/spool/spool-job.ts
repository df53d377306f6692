import { rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import { knock, startInBackground } from '../client/reach-supervisor.ts'
import type { JobOptions } from '../client/jobs.ts'
import { type Home, openHome } from '../home.ts'
import { newJobId } from '../job-id.ts'
import { packageVersion } from '../package-root.ts'
import { protocolVersion } from '../protocol/messages.ts'
import { jobEnvironment, type Variables, withoutSecrets } from './job-environment.ts'
import { makeSpec } from './make-spec.ts'
import { secretNames } from './secret-names.ts'
import { spool } from './spool-file.ts'

export interface SpoolOptions extends JobOptions {
  /** The state directory. @default the user's */
  readonly home?: string
  /** Variables that are not written down: names, with `*` for any letters. @default none */
  readonly redact?: readonly string[]
}

/** A job that was put into the spool. */
export interface SpooledJob {
  readonly id: string
  /** Sees to it that there is a supervisor, which takes it. Resolves once there is one, or one was started. */
  call(): Promise<void>
}

/**
 * Dispatches a job without a word with the supervisor: it is safe on disk when this returns, and taken up when there is
 * a supervisor. Loads next to nothing. The definition is taken as it is: whoever calls has checked it.
 */
export function spoolJob(
  definition: PlanDefinition,
  { home: path, redact = [], ...options }: SpoolOptions = {},
): SpooledJob {
  const home = openHome(path)
  const now = Date.now()
  const id = newJobId(home, now)
  const environment = jobEnvironment(options.env ?? process.env)
  const { secret, ...kept } = withoutSecrets(environment, secretNames(redact))
  try {
    spool(home, { spec: makeSpec(id, definition, options, now), environment: kept })
  } catch (thrown) {
    rmdirSync(join(home.jobs, id))
    throw thrown
  }
  return { id, call: () => callSupervisor(home, kept.secrets.length === 0 ? {} : { [id]: secret }) }
}

/**
 * A door that opens is enough: a supervisor that leaves closes its door first, and looks into the spool once more after
 * that.
 */
async function callSupervisor(home: Home, secrets: Readonly<Record<string, Variables>>): Promise<void> {
  const socket = await knock(home)
  if (socket === undefined) {
    await startInBackground(home)
    return
  }
  const hello = { dagmar: packageVersion(), protocol: protocolVersion, pid: process.pid }
  const request = { n: 1, verb: 'look', secrets }
  const lines = `${JSON.stringify(hello)}\n${JSON.stringify(request)}\n`
  // Its answer is not waited for: it may be busy.
  await new Promise<void>((resolve) => {
    socket.on('error', resolve)
    socket.end(lines, resolve)
  })
  socket.destroy()
}
