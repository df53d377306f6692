import type { AgentNeed } from '../../graph/plan.ts'
import type { Want } from '../../agents/consider.ts'
import type { Candidate, Lane } from '../admission/lane.ts'
import type { Lack, Resource } from '../admission/resource.ts'

const lack: Lack = { kind: 'agent' }

/**
 * The lanes that wait for agents, and the tasks that wait for them alone. They are looked at again once anything has
 * changed about agents, the best lane first and one at a time, so that few of many that wait are offered in vain.
 */
export class AgentResource implements Resource {
  readonly #waitsFor: (need: AgentNeed) => Want | undefined
  readonly #waited: () => void
  readonly #left: (run: Candidate) => void
  /** Rises with everything that changes about agents. */
  #version = 0
  /** The version that each was looked at last, and what it waits for. */
  readonly #lanes = new Map<Lane, { at: number; readonly want: Want | undefined }>()
  readonly #parked = new Map<() => void, Parked>()
  readonly #known = new Map<AgentNeed, Want | undefined>()
  /** What a task of each lane has been told that it waits for. */
  readonly #said = new WeakMap<Lane, Want>()
  /** All that waits was looked at since. */
  #seen = 0

  /**
   * `waitsFor` says why tasks with that need have to wait for agents to change, if they have to; `waited` is called when
   * somebody begins to, and `left` with a run that has no more tasks here.
   */
  constructor(
    waitsFor: (need: AgentNeed) => Want | undefined,
    waited: () => void,
    left: (run: Candidate) => void,
  ) {
    this.#waitsFor = waitsFor
    this.#waited = waited
    this.#left = left
  }

  get isWaitedFor(): boolean {
    return this.#lanes.size > 0 || this.#parked.size > 0
  }

  changed(): void {
    this.#version++
    if (this.#known.size > 0) this.#known.clear()
  }

  /** A task of the run waits alone. */
  park(tryAgain: () => void, run: Candidate): void {
    this.#parked.set(tryAgain, { at: this.#version, run })
    this.#waited()
  }

  lacks({ agent }: Lane): Lack | undefined {
    return this.#wantOf(agent) === undefined ? undefined : lack
  }

  /** The others of a lane wait as ready tasks do, and cost nothing, once one of them was told what they wait for. */
  hasSaid(lane: Lane): boolean {
    const want = this.#wantOf(lane.agent)
    return want !== undefined && this.#said.get(lane) === want
  }

  /** The lane has waited for something else until now. It is offered once, so that a task of it says what it waits for. */
  wait(lane: Lane): 'lane' {
    if (this.hasSaid(lane)) this.hold(lane)
    else {
      this.#keep(lane, { at: Number.NaN, want: undefined })
      this.#seen = Number.NaN
    }
    return 'lane'
  }

  /** The lane waits, and a task of it has said what for. */
  hold(lane: Lane): void {
    const want = this.#wantOf(lane.agent)
    this.#keep(lane, { at: this.#version, want })
    if (want !== undefined) this.#said.set(lane, want)
  }

  #keep(lane: Lane, known: { at: number; readonly want: Want | undefined }): void {
    lane.waitIn(undefined)
    this.#lanes.delete(lane)
    this.#lanes.set(lane, known)
    this.#waited()
  }

  openNext(open: (lane: Lane) => boolean): boolean {
    if (this.#seen === this.#version) return false
    let hasOpened = false
    for (const [tryAgain, { at }] of this.#parked) {
      if (at === this.#version) continue
      this.#parked.delete(tryAgain)
      tryAgain()
      hasOpened = true
    }
    for (const lane of this.#byPriority()) {
      const known = this.#lanes.get(lane)!
      if (known.at === this.#version) continue
      const want = this.#wantOf(lane.agent)
      if (lane.run.waiting.has(lane) && want !== undefined && want === known.want) {
        known.at = this.#version
        continue
      }
      this.#lanes.delete(lane)
      if (!lane.run.waiting.has(lane)) continue
      // One that waits for something else now says so when it is offered.
      if (want === undefined) open(lane)
      else lane.open()
      return true
    }
    this.#seen = this.#version
    return hasOpened
  }

  take(): void {}

  give(): void {}

  leave(run: Candidate): void {
    for (const lane of this.#lanes.keys()) if (lane.run === run) this.#lanes.delete(lane)
    for (const [tryAgain, parked] of this.#parked) if (parked.run === run) this.#parked.delete(tryAgain)
    this.#left(run)
  }

  #wantOf(need: AgentNeed | undefined): Want | undefined {
    if (need === undefined) return undefined
    if (!this.#known.has(need)) this.#known.set(need, this.#waitsFor(need))
    return this.#known.get(need)
  }

  #byPriority(): readonly Lane[] {
    if (this.#lanes.size < 2) return [...this.#lanes.keys()]
    const ranked = [...this.#lanes.keys()].map((lane) => ({ lane, rank: lane.headPriority() ?? -Infinity }))
    return ranked.toSorted(byUrgency).map(({ lane }) => lane)
  }
}

/** A task that waits alone. */
interface Parked {
  readonly at: number
  readonly run: Candidate
}

interface RankedLane {
  readonly lane: Lane
  readonly rank: number
}

/** As `Turns` has it, those without `askedAt` in the order in which they came. */
function byUrgency(a: RankedLane, b: RankedLane): number {
  if (a.rank !== b.rank) return b.rank - a.rank
  return a.lane.askedAt === b.lane.askedAt ? 0 : a.lane.askedAt - b.lane.askedAt
}
