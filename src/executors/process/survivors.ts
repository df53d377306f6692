import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readSmall } from './small-file.ts'

/** A process that an attempt has left behind. */
export interface Survivor {
  readonly pid: number
  readonly command: string
  readonly isInGroup: boolean
}

/** What is looked for: the processes of a group whose leader is gone, and those that left it but carry the attempt's mark. */
export interface Trace {
  readonly mark: string
  readonly leader: number
  /** Of the leader's start, by `performance.now()`. */
  readonly startedAt: number
  /** The live leaders of other attempts, which need no look. */
  readonly others: ReadonlySet<number>
}

/** Process numbers may come round once in this time, not twice. */
const roundMs = 5_000
/** So many of them are looked at one by one, rather than in a list of all. */
const fewNumbers = 32

/**
 * The processes of an attempt whose leader is reaped; undefined where something is left and /proc does not say what.
 * Costs little where nothing has been started after the leader, so that it may be called at the end of every attempt.
 */
export function survivorsOf(trace: Trace): readonly Survivor[] | undefined {
  const candidates = newcomers(trace)
  if (candidates?.length === 0) return []
  const group = hasGroup(trace.leader)
  if (candidates === undefined) return group ? undefined : []
  const survivors: Survivor[] = []
  for (const pid of candidates) {
    const isInGroup = group && isLiveIn(pid, trace.leader)
    if (isInGroup || carries(pid, trace.mark)) survivors.push({ pid, command: commandOf(pid), isInGroup })
  }
  return survivors
}

/** The processes that carry one of the marks in their environment. */
export function processesOf(marks: readonly string[]): readonly number[] {
  if (marks.length === 0) return []
  return (allPids() ?? []).filter((pid) => marks.some((mark) => carries(pid, mark)))
}

/** Whether the group of a reaped leader has members. A number that was given out anew is somebody else's. */
export function hasGroup(leader: number): boolean {
  return signal(-leader, 0) && !signal(leader, 0)
}

/** Returns false where there is nothing to signal. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (thrown) {
    // EPERM: it is there, and out of reach.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/** Undefined where there is no /proc as Linux has it, or no file can be opened to read it. */
function allPids(): number[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return readdirSync('/proc').flatMap((name) => {
      const pid = Number(name)
      return Number.isInteger(pid) && pid !== process.pid ? [pid] : []
    })
  } catch {
    return undefined
  }
}

/**
 * The processes that were made after the leader: descendants are among them. Numbers are given out in a circle, and
 * /proc/loadavg ends with the latest.
 */
function newcomers({ leader, startedAt, others }: Trace): number[] | undefined {
  if (performance.now() - startedAt > roundMs) return allPids()
  const latest = Number(readSmall('/proc/loadavg').trim().split(' ').at(-1))
  if (!(latest > 0)) return allPids()
  if (latest >= leader && latest - leader <= fewNumbers) {
    let isAlone = true
    for (let pid = leader + 1; isAlone && pid <= latest; pid++) {
      isAlone = others.has(pid) || !existsSync(`/proc/${pid}`)
    }
    if (isAlone) return []
  }
  return allPids()?.filter((pid) => {
    const isLater = pid > leader || (latest < leader && pid <= latest)
    return isLater && !others.has(pid)
  })
}

/** A dead process that nobody has reaped is in its group still, but runs no more. */
function isLiveIn(pid: number, group: number): boolean {
  const stat = readSmall(`/proc/${pid}/stat`)
  // pid (name) state parent group …, and a name may have brackets and spaces.
  const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(pgrp) === group && state !== 'Z' && state !== 'X'
}

/** A mark is random: nobody has it who does not have it from the attempt. */
function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(mark)
  } catch {
    // It is gone, or belongs to somebody else.
    return false
  }
}

function commandOf(pid: number): string {
  return readSmall(`/proc/${pid}/cmdline`).split('\0').join(' ').trim().slice(0, 200)
}
