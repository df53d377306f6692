import { readSmall } from './small-file.ts'

const kernelThread = 0x20_0000

/** What /proc says of a process that runs. */
export interface RunningProcess {
  /** The number of its process group. */
  readonly group: number
  /** When it was started, in the kernel's ticks since the system came up. */
  readonly start: number
}

/** The process with that number; undefined where none runs: a dead one that nobody has reaped does not. */
export function runningProcess(pid: number): RunningProcess | undefined {
  const fields = statOf(pid)
  const [state, , group, , , , flags] = fields
  const runs = group !== undefined && state !== 'Z' && state !== 'X' && (Number(flags) & kernelThread) === 0
  return runs ? { group: Number(group), start: Number(fields[19]) } : undefined
}

/** The letter of its state, such as `T` for one that is stopped; undefined where there is none, or no /proc. */
export function stateOf(pid: number): string | undefined {
  return statOf(pid)[0]
}

/** When a process was started, dead or not; `null` where there is none, or no /proc. */
export function startOf(pid: number): number | null {
  const start = Number(statOf(pid)[19])
  return start > 0 ? start : null
}

/** From its state on: state, parent, group, session, terminal, foreground, flags … */
function statOf(pid: number): readonly string[] {
  const stat = readSmall(`/proc/${pid}/stat`)
  // pid (name) state …, and a name may have brackets and spaces.
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
