import { rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import { knock, startInBackground } from '../client/reach-supervisor.ts'
import type { JobOptions } from '../client/jobs.ts'
import { type Home, openHome } from '../home.ts'
import { newJobId } from '../job-id.ts'
import { packageVersion } from '../package-root.ts'
import { protocolVersion } from '../protocol/messages.ts'
import { jobEnvironment } from './job-environment.ts'
import { makeSpec } from './make-spec.ts'
import { spool } from './spool-file.ts'

export interface SpoolOptions extends JobOptions {
  /** The state directory. @default the user's */
  readonly home?: string
}

/** A job that was put into the spool. */
export interface SpooledJob {
  readonly id: string
  /** Sees to it that there is a supervisor, which takes it. Resolves once there is one, or one was started. */
  call(): Promise<void>
}

/**
 * Dispatches a job without a word with the supervisor: it is safe on disk when this returns, and taken up when there is
 * a supervisor. Loads next to nothing. The whole environment is written down until then. The definition is taken as it
 * is: whoever calls has checked it.
 */
export function spoolJob(
  definition: PlanDefinition,
  { home: path, ...options }: SpoolOptions = {},
): SpooledJob {
  const home = openHome(path)
  const now = Date.now()
  const id = newJobId(home, now)
  const environment = jobEnvironment(options.env ?? process.env)
  try {
    spool(home, { spec: makeSpec(id, definition, options, now), environment })
  } catch (thrown) {
    rmdirSync(join(home.jobs, id))
    throw thrown
  }
  return { id, call: () => callSupervisor(home) }
}

/**
 * A door that opens is enough: a supervisor that leaves closes its door first, and looks into the spool once more after
 * that.
 */
async function callSupervisor(home: Home): Promise<void> {
  const socket = await knock(home)
  if (socket === undefined) {
    await startInBackground(home)
    return
  }
  const hello = { dagmar: packageVersion(), protocol: protocolVersion, pid: process.pid }
  const lines = `${JSON.stringify(hello)}\n{"n":1,"verb":"look"}\n`
  // Its answer is not waited for: it may be busy.
  await new Promise<void>((resolve) => {
    socket.on('error', resolve)
    socket.end(lines, resolve)
  })
  socket.destroy()
}
