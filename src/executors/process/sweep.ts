import { hasGroup, signal } from './signal.ts'
import { isQuick, type Looked, lookFor, type Survivor, type Trace } from './survivors.ts'

/** How long what is left behind may take to end by SIGTERM. */
const graceMs = 1_000
/** How long the end of what got SIGKILL is waited for: a process that waits for a disk cannot be ended. */
const patienceMs = 1_000
const longestProbeMs = 50
/** So often a look that found nothing, but was not sure, is repeated: 30 ms in all. */
const mostDoubts = 6
/** How often processes that fork and exit are looked for when there is no later. */
const mostLooksAtOnce = 20

export interface SweepOptions {
  /**
   * True when the attempt is being ended: its group has SIGTERM already, and when it is forced is for somebody else to
   * say. Otherwise SIGTERM is sent now, and SIGKILL a second later.
   */
  readonly isEnding: boolean
  /**
   * Called once, with what was found, when nothing is left; within `start` where that is seen at once. With `isLeft`, when
   * something could not be ended even by SIGKILL.
   */
  readonly done: (found: readonly Survivor[], isLeft: boolean) => void
}

/** Ends what an attempt has left behind, after its leader was reaped, and waits until it is gone. */
export class Sweep {
  readonly trace: Trace
  readonly #options: SweepOptions
  readonly #found = new Map<number, Survivor>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #probeMs = 1
  #doubts = 0
  #forceAt: number
  #giveUpAt = Number.POSITIVE_INFINITY
  #isOver = false

  constructor(trace: Trace, options: SweepOptions) {
    this.trace = { ...trace, known: this.#found }
    this.#options = options
    this.#forceAt = options.isEnding ? Number.POSITIVE_INFINITY : performance.now() + graceMs
  }

  start(): void {
    if (isQuick(this.trace)) look([this])
    else lookSoon(this)
  }

  /** SIGKILL to everything, now. */
  force(): void {
    if (this.#isOver) return
    this.#forceAt = 0
    clearTimeout(this.#timer)
    lookSoon(this)
  }

  /** Called for each process that is found, at once. SIGTERM comes once, SIGKILL with every look. */
  end(survivor: Survivor): void {
    const { pid, isInGroup } = survivor
    const isNew = !this.#found.has(pid)
    if (isNew) this.#found.set(pid, survivor)
    if (!this.#isForced) {
      if (isNew && !(isInGroup && this.#options.isEnding)) signal(pid, 'SIGTERM')
      return
    }
    kill(this.trace, survivor)
  }

  /** Called after each look, with what it found, or with nothing where nobody can look. */
  looked(looked: Looked | undefined): void {
    if (this.#isOver) return
    const isForced = this.#isForced
    const isLeft = looked === undefined ? this.#endUnseen() : looked.found.get(this.trace)!.length > 0
    const isDoubtful = looked?.isSure === false && ++this.#doubts < mostDoubts
    const now = performance.now()
    if ((!isLeft && !isDoubtful) || now >= this.#giveUpAt) {
      this.#isOver = true
      this.#options.done([...this.#found.values()], isLeft)
      return
    }
    if (isForced) this.#giveUpAt = Math.min(this.#giveUpAt, now + patienceMs)
    this.#timer = setTimeout(() => lookSoon(this), this.#probeMs)
    this.#probeMs = Math.min(this.#probeMs * 2, longestProbeMs)
  }

  get #isForced(): boolean {
    return performance.now() >= this.#forceAt
  }

  /** Without /proc there is the group alone, and no names. Returns whether it has members. */
  #endUnseen(): boolean {
    const { leader } = this.trace
    if (!hasGroup(leader)) return false
    this.end({ pid: leader, start: 0, command: 'its process group', isInGroup: true, isLeader: false })
    return true
  }
}

const waiting = new Set<Sweep>()

/** One look for all that want one in this turn of the event loop: each goes through all processes of the system. */
function lookSoon(sweep: Sweep): void {
  if (waiting.size === 0) {
    setImmediate(() => {
      const sweeps = [...waiting]
      waiting.clear()
      look(sweeps)
    })
  }
  waiting.add(sweep)
}

function look(sweeps: readonly Sweep[]): void {
  const byTrace = new Map(sweeps.map((sweep) => [sweep.trace, sweep]))
  const looked = lookFor([...byTrace.keys()], (trace, survivor) => byTrace.get(trace)!.end(survivor))
  for (const sweep of sweeps) sweep.looked(looked)
}

/** A group is signalled as a whole: one by one, a process that forks meanwhile would get away. */
function kill({ leader }: Trace, { pid, isInGroup, isLeader }: Survivor): void {
  if (isLeader) signal(-pid, 'SIGKILL')
  else if (isInGroup && hasGroup(leader)) signal(-leader, 'SIGKILL')
  signal(pid, 'SIGKILL')
}

/** Sends SIGKILL to everything of these attempts, at once, as well as that can be done when there is no later. */
export function killAtOnce(traces: readonly Trace[]): void {
  for (let look = 0; traces.length > 0 && look < mostLooksAtOnce; look++) {
    let found = 0
    const looked = lookFor(traces, (trace, survivor) => {
      found++
      kill(trace, survivor)
    })
    if (looked === undefined || (found === 0 && looked.isSure)) return
  }
}

/** The sentence that names what was left behind. */
export function nameSurvivors(found: readonly Survivor[], isLeft: boolean): string {
  const names = found.slice(0, 5).map(({ pid, command }) => `${pid} (${command})`)
  const more = found.length > 5 ? ` and ${found.length - 5} more` : ''
  const [what, them] =
    found.length === 1 ? ['a process', 'it was'] : [`${found.length} processes`, 'they were']
  const end = isLeft ? 'not all of it could be ended' : `${them} ended`
  return `The command left ${what} behind, and ${end}: ${names.join(', ')}${more}.`
}
