import { bootId } from '../../system/boot-id.ts'
import { startOf } from '../../system/running-process.ts'

/** How a process is found again by somebody who did not start it. A number alone may be somebody else's by then. */
export type ProcessHandle = {
  readonly pid: number
  /** When it was started, in the kernel's ticks since the system came up; `null` where there is no /proc. */
  readonly start: number | null
  /** Which life of the system those ticks belong to. */
  readonly boot: string | null
  /** In the environment of all that the attempt has started, as one of `DAGMAR_MARKS`. */
  readonly mark: string
}

export function handleOf(pid: number, mark: string): ProcessHandle {
  return { pid, start: startOf(pid), boot: bootId(), mark }
}
