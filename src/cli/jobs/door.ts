import type { Command } from 'commander'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { ConnectOptions, Jobs } from '../../jobs/client/jobs.ts'
import { type CommandIo, commandIo } from './command-io.ts'

/** Where a command finds the supervisor, the time, and a person. */
export interface Door {
  connect(options?: ConnectOptions): Promise<Jobs>
  now(): number
  /** What asks a person; undefined where there is nobody. */
  asker(): CommandIo['confirm']
}

/** Lets a command do what it does with the jobs. Resolves with its exit code. */
export async function throughDoor(
  door: Door,
  command: Command,
  act: (jobs: Jobs, io: CommandIo) => Promise<number>,
): Promise<number> {
  const jobs = await door.connect()
  try {
    return await act(jobs, ioOf(door, command))
  } finally {
    await jobs.close()
  }
}

/** As `throughDoor`, but starts no supervisor: the command is told where there is none. */
export async function throughOpenDoor(
  door: Door,
  command: Command,
  act: (jobs: Jobs | undefined, io: CommandIo) => Promise<number>,
): Promise<number> {
  const jobs = await connectedTo(door)
  try {
    return await act(jobs, ioOf(door, command))
  } finally {
    await jobs?.close()
  }
}

async function connectedTo(door: Door): Promise<Jobs | undefined> {
  try {
    return await door.connect({ start: false })
  } catch (thrown) {
    // One that is there and silent is not none: to say so would be a lie to who wants it stopped.
    if (thrown instanceof DagmarError && thrown.facts['isAbsent'] === true) return undefined
    throw thrown
  }
}

function ioOf(door: Door, command: Command): CommandIo {
  return commandIo(command.configureOutput(), { confirm: door.asker(), now: () => door.now() })
}
