import { hasGroup } from './signal.ts'
import { runningProcess, startOf } from '../../system/running-process.ts'
import { allPids, commandOf, latestPid, marksOf } from './system-processes.ts'

/** A process of an attempt that runs although its leader is gone, or is to be gone. */
export interface Survivor {
  readonly pid: number
  /** When it was started, in ticks. */
  readonly start: number
  readonly command: string
  readonly isInGroup: boolean
  /** It leads a group of its own. */
  readonly isLeader: boolean
}

/** What is looked for: the processes of a group, and those that carry the attempt's mark. */
export interface Trace {
  readonly mark: string
  readonly leader: number
  /** When the leader was started, in ticks. Nothing of the attempt is older. */
  readonly start: number
  /** True where the leader was a child of this process, and is reaped: then its group is known by its number alone. */
  readonly isReaped: boolean
  /** When the leader was started, by `performance.now()`; undefined where it was not by this process. */
  readonly startedAt?: number
  /** The live leaders of other attempts, which need no look. */
  readonly others: ReadonlySet<number>
  /** What earlier looks have found. As long as one of the group is there, its number is nobody else's. */
  readonly known?: ReadonlyMap<number, Survivor>
}

export interface Looked {
  readonly found: ReadonlyMap<Trace, readonly Survivor[]>
  /** False when something may have slipped through: what forks faster than it is looked at, or was changing just then. */
  readonly isSure: boolean
}

/** Process numbers may come round once in this time, not twice. */
const roundMs = 5_000
/** So many numbers are looked at one by one, rather than in a list of all. */
const fewNumbers = 32
const manyNumbers = 4_096
const mostRounds = 50

/**
 * Looks for the processes of attempts whose leaders are gone; undefined where there is no /proc to look at. `found` is
 * called for each at once: what forks and exits again and again has to be hit while it is there. What is started during
 * the look is looked at in turn, until nothing is started any more.
 */
export function lookFor(
  traces: readonly Trace[],
  found: (trace: Trace, survivor: Survivor) => void,
): Looked | undefined {
  let latest = latestPid()
  let pids = candidates(traces, latest)
  if (pids === undefined) return undefined
  const look = new Look(traces, found)
  for (let round = 1; ; round++) {
    for (const pid of pids) look.at(pid)
    const now = latestPid()
    if (now === latest) return look.result(true)
    const next: readonly number[] | undefined = numbersBetween(latest, now) ?? allPids()
    if (next === undefined || round === mostRounds) return look.result(false)
    pids = next
    latest = now
  }
}

/** True when a look at the trace costs next to nothing: so many numbers have been given out since its leader's. */
export function isQuick({ leader, startedAt }: Trace): boolean {
  if (startedAt === undefined || performance.now() - startedAt > roundMs) return false
  const latest = latestPid()
  return latest !== undefined && latest >= leader && latest - leader <= fewNumbers
}

/** Some processes, looked at one by one, for several attempts. */
class Look {
  readonly #found: (trace: Trace, survivor: Survivor) => void
  /** More than one of a mark, where somebody else ends the same attempt. */
  readonly #byMark = new Map<string, Trace[]>()
  readonly #byGroup = new Map<number, Trace>()
  /** Groups that may be somebody else's by now, with the processes that were passed over. */
  readonly #doubtful = new Map<number, number[]>()
  readonly #others: ReadonlySet<number>
  readonly #eldest: number
  readonly #survivors = new Map<Trace, Survivor[]>()
  #isSure = true

  constructor(traces: readonly Trace[], found: (trace: Trace, survivor: Survivor) => void) {
    this.#found = found
    this.#others = traces[0]!.others
    this.#eldest = Math.min(...traces.map(({ start }) => start))
    for (const trace of traces) {
      this.#survivors.set(trace, [])
      this.#byMark.set(trace.mark, [...(this.#byMark.get(trace.mark) ?? []), trace])
      if (ownsGroup(trace)) this.#byGroup.set(trace.leader, trace)
      else this.#doubtful.set(trace.leader, [])
    }
  }

  at(pid: number): void {
    if (this.#others.has(pid)) return
    const running = runningProcess(pid)
    if (running === undefined || running.start < this.#eldest) return
    const { group, start } = running
    const trace = this.#byGroup.get(group) ?? this.#byItsMarks(pid)
    if (trace === undefined) {
      this.#doubtful.get(group)?.push(pid)
      return
    }
    const isInGroup = group === trace.leader
    const survivor = { pid, start, command: commandOf(pid), isInGroup, isLeader: group === pid }
    for (const one of this.#byMark.get(trace.mark)!) {
      this.#survivors.get(one)!.push(survivor)
      this.#found(one, survivor)
    }
    if (isInGroup) this.#owns(trace)
  }

  result(isWhole: boolean): Looked {
    return { found: this.#survivors, isSure: this.#isSure && isWhole }
  }

  /** One of the group carries the mark: so it is the attempt's, with those that carry none. */
  #owns(trace: Trace): void {
    const passed = this.#doubtful.get(trace.leader)
    this.#doubtful.delete(trace.leader)
    if (passed === undefined || this.#byGroup.has(trace.leader)) return
    this.#byGroup.set(trace.leader, trace)
    for (const pid of passed) this.at(pid)
  }

  #byItsMarks(pid: number): Trace | undefined {
    const marks = marksOf(pid)
    if (marks !== 'unknown') return marks.map((mark) => this.#byMark.get(mark)?.[0]).find((trace) => trace)
    this.#isSure = false
    return undefined
  }
}

/**
 * A number may be somebody else's by now: a group that we did not watch is known by its leader, or by one that was found
 * in it, as long as that is there.
 */
function ownsGroup({ leader, start, isReaped, known }: Trace): boolean {
  if (isReaped) return hasGroup(leader)
  if (startOf(leader) === start) return true
  for (const { pid, start: then } of known?.values() ?? []) {
    const running = runningProcess(pid)
    if (running?.start === then && running.group === leader) return true
  }
  return false
}

/**
 * The processes that were made after the leaders: descendants are among them. Numbers are given out in a circle.
 * Undefined where there is no /proc.
 */
function candidates(traces: readonly Trace[], latest: number | undefined): readonly number[] | undefined {
  const first = Math.min(...traces.map(({ leader }) => leader))
  const now = performance.now()
  const areYoung = traces.every(
    ({ leader, startedAt = Number.NEGATIVE_INFINITY }) =>
      now - startedAt < roundMs && latest !== undefined && leader <= latest,
  )
  if (!areYoung) return allPids()
  return numbersBetween(first, latest, fewNumbers) ?? allPids()?.filter((pid) => pid > first)
}

/** The numbers above the first, up to and with the second; undefined where they are too many, or begin anew between. */
function numbersBetween(
  first: number | undefined,
  last: number | undefined,
  most = manyNumbers,
): readonly number[] | undefined {
  if (first === undefined || last === undefined || last < first || last - first > most) return undefined
  return Array.from({ length: last - first }, (_, index) => first + index + 1)
}
