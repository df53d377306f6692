import type { JsonValue } from '../../events/json-value.ts'
import { bootId } from '../../system/boot-id.ts'
import { startOf } from '../../system/running-process.ts'

/** How a process is found again by somebody who did not start it. A number alone may be somebody else's by then. */
export type ProcessHandle = {
  /** `null` before there is one. */
  readonly pid: number | null
  /** When it was started, in the kernel's ticks since the system came up; `null` where there is no /proc. */
  readonly start: number | null
  /** Which life of the system those ticks belong to. */
  readonly boot: string | null
  /** In the environment of all that the attempt has started, as one of `DAGMAR_MARKS`. */
  readonly mark: string
} & Noted

/** What else is noted of an attempt: its worktree, and the state of the repository before its task began. */
export type Noted = {
  readonly worktree?: JsonValue
  readonly snapshot?: JsonValue
}

export function handleOf(pid: number | null, mark: string, noted: Noted | undefined): ProcessHandle {
  return { pid, start: pid === null ? null : startOf(pid), boot: bootId(), mark, ...noted }
}
