import type { Explanation } from '../../events/explanation.ts'
import type { ActorName, Command, LogId } from '../protocol.ts'
import type { EntryLog } from './entry-log.ts'

/** What a client looks at in a log, beyond its facts. */
export interface Look {
  /** The events between actors. */
  readonly events: boolean
  /** The snapshots of this actor. */
  readonly actor?: ActorName
}

/**
 * Where a server has its logs from: a live runtime, runs in another process, or a run that was written down. What is asked of one that cannot do
 * it is refused with a `DagmarError`, or with `Refusal`.
 */
export interface Source {
  /** True for what was written down and is only read. */
  readonly saved: boolean
  /** Epoch milliseconds by its clock. */
  now(): number
  /** The log, which is recorded from its first opening on. Undefined for a run that is not there, or no longer. */
  open(log: LogId): EntryLog | undefined
  /** Calls `listener` after a log has grown. `isUrgent` where nothing may come for long, as after the end of a run. */
  onGrowth(listener: (isUrgent: boolean) => void): void
  /** Sets what a client looks at in a log; undefined for nothing. The client is whatever is the same each time. */
  look(client: object, log: LogId, look: Look | undefined): void
  why(log: LogId, taskId: string): Explanation | Promise<Explanation>
  /** What it returns is waited for. */
  command(log: LogId, command: Command): void | Promise<void>
  /** Ends all recording. */
  close(): void
}

/** What a client asked for and does not get. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
