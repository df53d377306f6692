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
  readonly #asking: Asking
  /** Rises with everything that changes about agents. */
  #version = 0
  /** The version that each was looked at last, and what it waits for. */
  readonly #lanes = new Map<Lane, { at: number; readonly want: Want | undefined }>()
  readonly #parked = new Map<() => boolean, Parked>()
  /** The tasks between two dispatch attempts. What tries one at once says whether it could. */
  readonly #between = new Map<Lane, Map<object, () => boolean>>()
  readonly #known = new Map<AgentNeed, Want | undefined>()
  /** What a task of each lane has been told that it waits for. */
  readonly #said = new WeakMap<Lane, Want>()
  /** All that waits was looked at since. */
  #seen = 0

  constructor(asking: Asking) {
    this.#asking = asking
  }

  get isWaitedFor(): boolean {
    return this.#lanes.size > 0 || this.#parked.size > 0 || this.#between.size > 0
  }

  changed(): void {
    this.#version++
    if (this.#known.size > 0) this.#known.clear()
  }

  /** A task of the run waits alone. What tries it again says whether it has gone. */
  park(tryAgain: () => boolean, run: Candidate): void {
    this.#parked.set(tryAgain, { at: this.#version, run })
    this.#asking.waited()
  }

  /** The task has another dispatch attempt at some instant, and before that once somebody can have it. */
  tryBefore(lane: Lane, task: object, tryNow: () => boolean): void {
    const known = this.#between.get(lane)
    if (known === undefined) this.#between.set(lane, new Map([[task, tryNow]]))
    else known.set(task, tryNow)
    this.#asking.waited()
  }

  /** The task waits for no dispatch attempt any more. */
  tryNoMore(lane: Lane, task: object): void {
    const known = this.#between.get(lane)
    if (known?.delete(task) === true && known.size === 0) this.#between.delete(lane)
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
    this.#asking.waited()
  }

  openNext(open: (lane: Lane) => boolean): boolean {
    if (this.#seen === this.#version) return false
    let hasOpened = false
    for (const [tryAgain, parked] of this.#parked) {
      if (parked.at === this.#version) continue
      parked.at = this.#version
      if (!tryAgain()) continue
      this.#parked.delete(tryAgain)
      hasOpened = true
    }
    for (const [lane, tasks] of this.#between) {
      if (!this.#asking.isSomebodyFor(lane.agent!)) continue
      for (const [task, tryNow] of tasks) {
        if (!tryNow()) continue
        this.tryNoMore(lane, task)
        hasOpened = true
      }
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
    for (const lane of this.#between.keys()) if (lane.run === run) this.#between.delete(lane)
    this.#asking.left(run)
  }

  #wantOf(need: AgentNeed | undefined): Want | undefined {
    if (need === undefined) return undefined
    if (!this.#known.has(need)) this.#known.set(need, this.#asking.waitsFor(need))
    return this.#known.get(need)
  }

  #byPriority(): readonly Lane[] {
    if (this.#lanes.size < 2) return [...this.#lanes.keys()]
    const ranked = [...this.#lanes.keys()].map((lane) => ({ lane, rank: lane.headPriority() ?? -Infinity }))
    return ranked.toSorted(byUrgency).map(({ lane }) => lane)
  }
}

/** What is asked of the desk, and told it. */
export interface Asking {
  /** Why tasks with that need have to wait for agents to change, if they have to. */
  waitsFor(need: AgentNeed): Want | undefined
  /** Whether anybody could have a task with that need. */
  isSomebodyFor(need: AgentNeed): boolean
  /** Somebody begins to wait. */
  waited(): void
  /** The run has no more tasks here. */
  left(run: Candidate): void
}

/** A task that waits alone. */
interface Parked {
  /** The version that it was looked at last. */
  at: number
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
