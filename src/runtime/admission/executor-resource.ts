import type { PlannedTask } from '../../graph/plan.ts'
import { Deadlines } from '../../scheduling/deadlines.ts'
import { ReusedList } from '../../containers/reused-list.ts'
import { Turns } from '../../scheduling/turns.ts'
import type { Clock } from '../../time/clock.ts'
import { Alarm } from '../commit/alarm.ts'
import type { ExecutorLoad } from './executor-load.ts'
import type { Lane } from './lane.ts'
import type { Lack, Resource } from './resource.ts'

const lack: Lack = { kind: 'executor' }

/**
 * The room that executors have. One that declines an offer is left alone until it may have room again: when an attempt
 * that it had begun with ends, when it says so, or, while it carries nothing of ours, after a wait.
 */
export class ExecutorResource implements Resource {
  readonly #loads: readonly ExecutorLoad[]
  readonly #clock: Clock
  /** Lanes that wait for room, by the executor that has to have it. Of one that always had room there is nothing. */
  readonly #waiting = new Map<ExecutorLoad, Turns<Lane>>()
  /** Those that were offered something in this batch. */
  readonly #asked = new ReusedList<ExecutorLoad>()
  readonly #reopenings: Deadlines
  readonly #alarm: Alarm

  /** `step` runs a change as a macrostep. */
  constructor(loads: Iterable<ExecutorLoad>, clock: Clock, step: (change: () => void) => void) {
    this.#loads = [...loads]
    this.#clock = clock
    this.#reopenings = new Deadlines(this.#loads.length)
    this.#alarm = new Alarm(clock, this.#reopenings, (due) => {
      step(() => {
        for (const key of due) this.reopen(this.#loads[key]!)
      })
    })
  }

  lacks({ load }: Lane): Lack | undefined {
    return load.hasRoom ? undefined : lack
  }

  wait(lane: Lane): 'lane' {
    const waiting = this.#waiting.get(lane.load) ?? new Turns()
    this.#waiting.set(lane.load, waiting)
    lane.waitIn(waiting)
    return 'lane'
  }

  openNext(open: (lane: Lane) => boolean): boolean {
    if (this.#waiting.size === 0) return false
    let hasOpened = false
    for (const [load, lanes] of this.#waiting) {
      for (let isOpen = false; !isOpen && lanes.size > 0 && load.hasRoom; ) {
        const lane = lanes.next()
        if (lane === undefined) break
        isOpen = open(lane)
        hasOpened ||= isOpen
      }
    }
    return hasOpened
  }

  take({ load }: Lane): void {
    load.carrying++
  }

  give({ load }: Lane, isOfferOnly: boolean): void {
    load.carrying--
    if (!load.hasDeclined) return
    if (!isOfferOnly) this.reopen(load)
    else if (load.carrying === 0) this.#reopenIn(load, load.deferral.waitMs)
  }

  leave(): void {
    for (const load of this.#loads) {
      if (load.hasDeclined && (this.#waiting.get(load)?.size ?? 0) === 0) this.reopen(load)
    }
  }

  /** Offers the task. False when its executor declines it: then the lane waits. */
  offer(lane: Lane, task: PlannedTask): boolean {
    const { load } = lane
    this.#note(load)
    if (load.accepts(task.id, task.work)) return true
    this.#decline(lane)
    return false
  }

  /** An executor has begun with an attempt that it was granted: only now is it sure not to be declined after all. */
  begun({ load }: Lane): void {
    this.#note(load)
    load.deferral.noteAccepted()
  }

  /** An executor took back an attempt that it had accepted: as if it had declined the offer. */
  takenBack(lane: Lane): void {
    this.#note(lane.load)
    this.#decline(lane)
  }

  /** The end of a batch: all offers of one round of a macrostep. */
  closeBatch(): void {
    if (this.#asked.length === 0) return
    for (let next = 0; next < this.#asked.length; next++) {
      const load = this.#asked.at(next)
      load.isAsked = false
      const waitMs = load.deferral.endBatch()
      if (load.hasDeclined && load.carrying === 0) this.#reopenIn(load, waitMs)
    }
    this.#asked.clear()
  }

  /** The executor may have room again: what waits for it is offered, and no wait is on any more. */
  reopen(load: ExecutorLoad): void {
    if (!load.hasDeclined) return
    load.hasDeclined = false
    this.#reopenIn(load, Number.POSITIVE_INFINITY)
  }

  /** When a task that its executor declined is offered again at the latest; `Infinity` when nothing but room will do. */
  reopensAt(load: ExecutorLoad): number {
    return this.#reopenings.at(load.key)
  }

  /** The clock was set by this many milliseconds. */
  shift(byMs: number): void {
    this.#reopenings.shift(byMs)
    this.#alarm.shift(byMs)
  }

  /** Disarms the timer: the runtime is closed. */
  close(): void {
    for (const load of this.#loads) this.#reopenIn(load, Number.POSITIVE_INFINITY)
  }

  #reopenIn({ key }: ExecutorLoad, waitMs: number): void {
    const now = this.#clock.now()
    this.#reopenings.set(key, now + waitMs)
    this.#alarm.update()
  }

  #note(load: ExecutorLoad): void {
    if (load.isAsked) return
    load.isAsked = true
    this.#asked.push(load)
  }

  #decline(lane: Lane): void {
    lane.load.deferral.noteDeclined()
    lane.load.hasDeclined = true
    this.wait(lane)
  }
}
