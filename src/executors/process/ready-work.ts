import type { CommandWork } from '../command.ts'

/** A command with everything filled in. */
export interface ReadyWork extends CommandWork {
  /** What comes on its stdin, which is closed after it. */
  readonly prompt?: string
}
