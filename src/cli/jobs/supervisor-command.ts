import type { Jobs, SupervisorStatus } from '../../jobs/client/jobs.ts'
import { shownJson } from '../../text/shown-json.ts'
import { shownText } from '../../text/shown-text.ts'
import { withNoun } from '../../text/with-noun.ts'
import type { CommandIo } from './command-io.ts'
import { shownLength } from './job-look.ts'

export interface SupervisorFlags {
  readonly json?: boolean
  readonly now?: boolean
}

const none = 'No supervisor is running. What touches a job starts one.'

/** Says how the supervisor is doing. Resolves with 1 where there is none. */
export async function supervisorStatus(
  jobs: Jobs | undefined,
  { json }: SupervisorFlags,
  io: CommandIo,
): Promise<number> {
  const status = await jobs?.status()
  if (json === true) await io.print(`${shownJson(JSON.stringify(status ?? null))}\n`)
  else await io.print(status === undefined ? `${none}\n` : linesOf(status, io.now()))
  return status === undefined ? 1 : 0
}

function linesOf(status: SupervisorStatus, now: number): string {
  const { pid, version, home, startedAt, concurrency, inUse, jobs, open, clients, memory } = status
  const slots = concurrency === null || concurrency >= Number.MAX_SAFE_INTEGER ? 'unlimited' : concurrency
  const rows = [
    ['supervisor', `pid ${pid}, dagmar ${version}, up for ${shownLength(now - startedAt)}`],
    ['home', home],
    ['slots', `${inUse} of ${slots} in use`],
    ['jobs', `${withNoun(jobs, 'job')}, ${open} open`],
    ['clients', String(clients)],
    ['memory', `${(memory / 2 ** 20).toFixed(0)} MiB`],
  ] as const
  return rows.map(([name, text]) => `${name.padEnd(12)}${shownText(text)}\n`).join('')
}

/** Ends the supervisor, and no job by it. */
export async function stopSupervisor(
  jobs: Jobs | undefined,
  { now }: SupervisorFlags,
  io: CommandIo,
): Promise<number> {
  if (jobs === undefined) {
    await io.print(`${none}\n`)
    return 0
  }
  const { inUse, open } = await jobs.status()
  if (now !== true && inUse > 0) io.note('dagmar: live tasks may finish first; --now ends them')
  await jobs.stop(now === true ? { now } : {})
  const later = open === 0 ? '' : `; the ${withNoun(open, 'open job')} will go on with the next one`
  await io.print(`The supervisor is stopped${later}.\n`)
  return 0
}
