import { type Command, InvalidArgumentError } from 'commander'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { Door } from './jobs/door.ts'
import type { CommandIo } from './jobs/command-io.ts'
import type { Jobs } from '../jobs/client/jobs.ts'

/** Loads what a command goes through to the jobs. It takes a while, which `--help` has no use for. */
export type LoadDoor = () => Promise<Door>

export const loadSystemDoor: LoadDoor = async () => (await import('./jobs/system-door.ts')).systemDoor

/** Connects, lets the command do what it does, and gives its exit code to the process. */
export async function withJobs(
  load: LoadDoor,
  command: Command,
  act: (jobs: Jobs, io: CommandIo) => Promise<number>,
): Promise<void> {
  const [door, { throughDoor }] = await Promise.all([load(), import('./jobs/door.ts')])
  process.exitCode = await throughDoor(door, command, act)
}

/** Loads what takes jobs. */
export type LoadDispatcher = () => Promise<Dispatcher>

export const loadSpool: LoadDispatcher = async () =>
  (await import('./dispatch/dispatcher.ts')).spoolDispatcher

/** As `withJobs`, for a command that only dispatches: nothing has to be heard from a supervisor. */
export async function withDispatcher(
  load: LoadDispatcher,
  command: Command,
  act: (dispatcher: Dispatcher, io: CommandIo) => Promise<number>,
): Promise<void> {
  const [dispatcher, { commandIo }] = await Promise.all([load(), import('./jobs/command-io.ts')])
  process.exitCode = await act(
    dispatcher,
    commandIo(command.configureOutput(), { confirm: undefined, now: Date.now }),
  )
}

/** As `withJobs`, but starts no supervisor. */
export async function withJobsIfAny(
  load: LoadDoor,
  command: Command,
  act: (jobs: Jobs | undefined, io: CommandIo) => Promise<number>,
): Promise<void> {
  const [door, { throughOpenDoor }] = await Promise.all([load(), import('./jobs/door.ts')])
  process.exitCode = await throughOpenDoor(door, command, act)
}

/** The options that say which jobs. */
export function addFilters(command: Command): Command {
  return command
    .option('--status <status>', 'those in this status; open, settled, or several with commas', collect)
    .option('-p, --project <name>', 'those of this project')
    .option('--name <name>', 'those of this name')
    .option('--label <key=value>', 'those with this label; may be repeated', collect)
    .option('--since <time>', 'those dispatched since: 2h, 14:30, 2026-11-26')
}

/** The options of a command that may touch several jobs. */
export function addActing(command: Command): Command {
  return addFilters(command).option('-y, --yes', 'do not ask, however many there are')
}

/** What the help says of an argument that is a job, or that is some. */
export const whichJob = 'its id, the beginning or the end of one, or a place: %1, %-1'
export const whichJobs = 'ids, their beginnings or ends, or places: %1, %-1'

export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

export function readCount(value: string): number {
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value)
  throw new InvalidArgumentError('It must be an integer of 0 or more.')
}
