import { readSmall } from './small-file.ts'

/** How a process is found again by somebody who did not start it. */
export type ProcessHandle = {
  readonly pid: number
  /** When it was started, in the kernel's ticks since the system came up; `null` where there is no /proc. */
  readonly start: number | null
  /** Which life of the system those ticks belong to. */
  readonly boot: string | null
  /** In the environment of all that the attempt has started, as one of `DAGMAR_MARKS`. */
  readonly mark: string
}

let boot: string | null | undefined

export function handleOf(pid: number, mark: string): ProcessHandle {
  return { pid, start: startOf(pid), boot: bootId(), mark }
}

/** A number is given out again and again; together with its start it is one process. */
export function startOf(pid: number): number | null {
  const stat = readSmall(`/proc/${pid}/stat`)
  // pid (name) state …, and a name may have brackets and spaces. The start is the 22nd field.
  const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  return start > 0 ? start : null
}

export function bootId(): string | null {
  boot ??= readSmall('/proc/sys/kernel/random/boot_id').trim() || null
  return boot
}
