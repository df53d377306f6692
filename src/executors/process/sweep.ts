import { hasGroup, signal, type Survivor, survivorsOf, type Trace } from './survivors.ts'

/** How long what is left behind may take to end by SIGTERM. */
const graceMs = 1_000
/** How long the end of what got SIGKILL is waited for: a process that waits for a disk cannot be ended. */
const patienceMs = 1_000
const longestProbeMs = 50

export interface SweepOptions {
  /**
   * True when the attempt is being ended: its group has SIGTERM already, and when it is forced is for somebody else to
   * say. Otherwise SIGTERM is sent now, and SIGKILL a second later.
   */
  readonly isEnding: boolean
  /**
   * Called once, with what was found, when nothing is left; within `start` when there was nothing. With `isLeft`, when
   * something could not be ended even by SIGKILL.
   */
  readonly done: (found: readonly Survivor[], isLeft: boolean) => void
}

/** Ends what an attempt has left behind, after its leader was reaped, and waits until it is gone. */
export class Sweep {
  readonly #trace: Trace
  readonly #options: SweepOptions
  readonly #found = new Map<number, Survivor>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #probeMs = 1
  #forceAt: number
  #giveUpAt = Number.POSITIVE_INFINITY
  #isOver = false

  constructor(trace: Trace, options: SweepOptions) {
    this.#trace = trace
    this.#options = options
    this.#forceAt = options.isEnding ? Number.POSITIVE_INFINITY : performance.now() + graceMs
  }

  start(): void {
    this.#look()
  }

  /** SIGKILL to everything, now. */
  force(): void {
    if (this.#isOver) return
    this.#forceAt = 0
    clearTimeout(this.#timer)
    this.#look()
  }

  #look(): void {
    const left = survivorsOf(this.#trace)
    const now = performance.now()
    if (left?.length === 0 || now >= this.#giveUpAt) {
      this.#isOver = true
      this.#options.done([...this.#found.values()], left?.length !== 0)
      return
    }
    const isForced = now >= this.#forceAt
    if (isForced) this.#giveUpAt = Math.min(this.#giveUpAt, now + patienceMs)
    if (left === undefined) this.#signalUnseen(isForced)
    else for (const survivor of left) this.#signal(survivor, isForced)
    this.#timer = setTimeout(() => this.#look(), this.#probeMs)
    this.#probeMs = Math.min(this.#probeMs * 2, longestProbeMs)
  }

  /** SIGTERM once each, SIGKILL again and again: it may have been forked meanwhile. */
  #signal(survivor: Survivor, isForced: boolean): void {
    const isNew = !this.#found.has(survivor.pid)
    if (isNew) this.#found.set(survivor.pid, survivor)
    if (isForced) signal(survivor.pid, 'SIGKILL')
    else if (isNew && !(survivor.isInGroup && this.#options.isEnding)) signal(survivor.pid, 'SIGTERM')
  }

  /** Without /proc there is the group alone, and no names. */
  #signalUnseen(isForced: boolean): void {
    const { leader } = this.#trace
    const isNew = !this.#found.has(leader)
    if (isNew) this.#found.set(leader, { pid: leader, command: 'its process group', isInGroup: true })
    if (!hasGroup(leader)) return
    if (isForced) signal(-leader, 'SIGKILL')
    else if (isNew && !this.#options.isEnding) signal(-leader, 'SIGTERM')
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
