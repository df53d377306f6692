import type { PlannedTask } from '../../graph/plan.ts'
import { Deadlines } from '../../scheduling/deadlines.ts'
import { Pools } from '../../scheduling/pools.ts'
import { Slots } from '../../scheduling/slots.ts'
import { ReusedList } from '../../scheduling/reused-list.ts'
import { Turns } from '../../scheduling/turns.ts'
import type { Clock } from '../../time/clock.ts'
import { Alarm } from '../commit/alarm.ts'
import type { ExecutorLoad } from './executor-load.ts'
import type { Admitted, Lane } from './lane.ts'

/** Whether the free slots limit what is offered, or the executors alone. See `RuntimeOptions.admission`. */
export type AdmissionMode = 'both' | 'executor'

/** What one run has of its own beside what it shares. */
export interface Candidate extends Admitted {
  readonly slots: Slots
  readonly pools: Pools
}

/** What was decided on a task that is ready. */
export type Decision =
  | 'granted'
  /** Its executor said no: it is deferred. */
  | 'declined'
  /** Its lane lacks something and is on the waiting list of that; the other lanes may have more luck. */
  | 'lane-lacks'
  /** There is no slot, for this task or any other of its run. */
  | 'no-slot'

/**
 * Who starts when. All runs of a runtime share it. It is asked at the end of each macrostep and never by a timer,
 * but for executors that decline everything while they carry nothing of ours: these are asked again after a wait.
 */
export class Admission {
  readonly slots: Slots
  readonly pools: Pools
  readonly #mode: AdmissionMode
  readonly #clock: Clock
  readonly #loads: ReadonlyMap<string, ExecutorLoad>
  readonly #turns = new Turns<Candidate>()
  readonly #slotWaiters = new Set<Candidate>()
  readonly #poolWaiters = new Map<string, Set<Lane>>()
  /** The loads that were offered something in this batch. */
  readonly #asked = new ReusedList<ExecutorLoad>()
  readonly #reopenings: Deadlines
  readonly #alarm: Alarm

  constructor(options: {
    readonly concurrency: number
    readonly pools: Readonly<Record<string, number>>
    readonly mode: AdmissionMode
    readonly loads: ReadonlyMap<string, ExecutorLoad>
    readonly clock: Clock
    /** Runs a change as a macrostep. */
    readonly step: (change: () => void) => void
  }) {
    this.slots = new Slots(options.concurrency)
    this.pools = new Pools(options.pools)
    this.#mode = options.mode
    this.#clock = options.clock
    this.#loads = options.loads
    const byKey = [...options.loads.values()]
    this.#reopenings = new Deadlines(byKey.length)
    this.#alarm = new Alarm(options.clock, this.#reopenings, (due) => {
      options.step(() => {
        for (const key of due) this.reopen(byKey[key]!)
      })
    })
  }

  load(name: string): ExecutorLoad | undefined {
    return this.#loads.get(name)
  }

  /** The run may have ready tasks that could be taken up. */
  want(run: Candidate): void {
    this.#turns.add(run)
  }

  /** The run has nothing to take up, or no room for it. */
  rest(run: Candidate): void {
    this.#turns.delete(run)
  }

  /** Forgets the run. */
  leave(run: Candidate): void {
    this.#turns.delete(run)
    this.#slotWaiters.delete(run)
    for (const lanes of this.#poolWaiters.values()) dropLanes(lanes, run)
    for (const load of this.#loads.values()) {
      dropLanes(load.waiting, run)
      if (load.waiting.size === 0) this.reopen(load)
    }
  }

  /** Offers what there is room for, run by run; then closes the batch. */
  sweep(): void {
    for (let run = this.#turns.next(); run !== undefined; run = this.#turns.next()) {
      run.offer(this.#turns.size === 1 ? Number.POSITIVE_INFINITY : 1)
    }
    if (this.#asked.length === 0) return
    for (let next = 0; next < this.#asked.length; next++) {
      const load = this.#asked.at(next)
      load.isAsked = false
      const waitMs = load.deferral.endBatch()
      if (load.hasDeclined && load.carrying === 0) this.#reopenings.set(load.key, this.#clock.now() + waitMs)
    }
    this.#asked.clear()
    this.#alarm.update()
  }

  /** Decides on the best ready task of a lane: all of slot, pools and executor, or none. */
  decide(run: Candidate, lane: Lane, task: PlannedTask): Decision {
    const slotless = this.lacksSlot(run)
    if (slotless === 'runtime') this.#slotWaiters.add(run)
    if (slotless !== undefined) return 'no-slot'
    const pool = run.pools.lacking(lane.uses) ?? this.pools.lacking(lane.uses)
    if (pool !== undefined) {
      this.#waitersOf(pool).add(lane)
      return 'lane-lacks'
    }
    const { load } = lane
    if (load.hasDeclined || load.isFull) {
      load.waiting.add(lane)
      return 'lane-lacks'
    }
    this.#note(load)
    if (load.accepts(task.id, task.work)) return 'granted'
    this.#decline(lane)
    return 'declined'
  }

  /** An executor has kept an attempt that it was granted: only now it is sure not to be declined after all. */
  kept(load: ExecutorLoad): void {
    this.#note(load)
    load.deferral.noteAccepted()
  }

  /** An executor took back an attempt that it had accepted: as if it had declined the offer. */
  takenBack(lane: Lane): void {
    this.#note(lane.load)
    this.#decline(lane)
  }

  /** A task came into a state that holds a slot. */
  hold(run: Candidate, lane: Lane): void {
    this.slots.hold()
    run.slots.hold()
    this.pools.take(lane.uses)
    run.pools.take(lane.uses)
    lane.load.carrying++
  }

  /** A task left such a state: what it held is offered to whoever waits for it. */
  free(run: Candidate, lane: Lane): void {
    this.slots.free()
    run.slots.free()
    this.pools.give(lane.uses)
    run.pools.give(lane.uses)
    lane.load.carrying--
    if (this.#slotWaiters.size > 0) {
      for (const waiter of this.#slotWaiters) this.want(waiter)
      this.#slotWaiters.clear()
    }
    for (const pool in lane.uses) openLanes(this.#waitersOf(pool))
    this.reopen(lane.load)
    // Behind those that waited: a run that had its turn may not take what it gives back time and again.
    this.want(run)
  }

  /** The executor may have room again: all that waits for it is offered, and no wait is on any more. */
  reopen(load: ExecutorLoad): void {
    if (load.hasDeclined) {
      load.hasDeclined = false
      this.#reopenings.set(load.key, Number.POSITIVE_INFINITY)
      this.#alarm.update()
    }
    openLanes(load.waiting)
  }

  /** When a task that its executor declined is offered again at the latest; `Infinity` when nothing but room will do. */
  reopensAt(load: ExecutorLoad): number {
    return this.#reopenings.at(load.key)
  }

  /** Disarms the timer: the runtime is closed. */
  close(): void {
    for (const { key } of this.#loads.values()) this.#reopenings.set(key, Number.POSITIVE_INFINITY)
    this.#alarm.update()
  }

  /** Most tasks of a run with that concurrency at once, were it the only run. */
  slotsOf(concurrency: number): number {
    if (this.slots.limit === 0 || concurrency === 0) return 0
    return this.#mode === 'both' ? Math.min(this.slots.limit, concurrency) : Number.POSITIVE_INFINITY
  }

  /** Whose slots keep the run from taking up any task, be it for now or for good. */
  lacksSlot(run: Candidate): 'run' | 'runtime' | undefined {
    const limits = this.#mode === 'both'
    if (this.slots.limit === 0) return 'runtime'
    if (run.slots.limit === 0 || (limits && run.slots.isFull)) return 'run'
    return limits && this.slots.isFull ? 'runtime' : undefined
  }

  #note(load: ExecutorLoad): void {
    if (load.isAsked) return
    load.isAsked = true
    this.#asked.push(load)
  }

  #decline(lane: Lane): void {
    lane.load.deferral.noteDeclined()
    lane.load.hasDeclined = true
    lane.load.waiting.add(lane)
  }

  #waitersOf(pool: string): Set<Lane> {
    let lanes = this.#poolWaiters.get(pool)
    if (lanes === undefined) {
      lanes = new Set()
      this.#poolWaiters.set(pool, lanes)
    }
    return lanes
  }
}

function openLanes(lanes: Set<Lane>): void {
  if (lanes.size === 0) return
  for (const lane of lanes) lane.run.openLane(lane.index)
  lanes.clear()
}

function dropLanes(lanes: Set<Lane>, run: Admitted): void {
  for (const lane of lanes) if (lane.run === run) lanes.delete(lane)
}
