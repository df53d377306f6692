import type { PlannedTask } from '../../graph/plan.ts'
import { Turns } from '../../scheduling/turns.ts'
import type { Clock } from '../../time/clock.ts'
import type { ExecutorLoad } from './executor-load.ts'
import { ExecutorResource } from './executor-resource.ts'
import type { Candidate, Lane } from './lane.ts'
import { PoolResource } from './pool-resource.ts'
import type { Lack, Resource } from './resource.ts'
import { type AdmissionMode, SlotResource } from './slot-resource.ts'

/** What was decided about a ready task. */
export type Decision =
  | 'granted'
  /** Its executor declined it: it is deferred. */
  | 'declined'
  /** Its lane waits for something that is lacking. Other lanes may not need it. */
  | 'lane-waits'
  /** Its run waits for something that every task of it needs. */
  | 'run-waits'

/**
 * Decides which task starts when. All runs of a runtime share it. It works at the end of each macrostep and never by a
 * timer, with one exception: an executor that declines everything while it carries nothing of this runtime is asked
 * again after a wait.
 */
export class Admission {
  readonly slots: SlotResource
  readonly pools: PoolResource
  readonly executors: ExecutorResource
  /** What is checked first of all, in this order. */
  readonly #first: readonly Resource[]
  /** Everything that a grant takes. */
  readonly #resources: Resource[]
  /** What is looked for when everything else is there. */
  readonly #others: Resource[] = []
  readonly #turns = new Turns<Candidate>()

  constructor(options: {
    readonly concurrency: number
    readonly pools: Readonly<Record<string, number>>
    readonly mode: AdmissionMode
    readonly loads: Iterable<ExecutorLoad>
    readonly clock: Clock
    /** Runs a change as a macrostep. */
    readonly step: (change: () => void) => void
  }) {
    this.slots = new SlotResource(options.concurrency, options.mode, this.#turns)
    this.pools = new PoolResource(options.pools)
    this.executors = new ExecutorResource(options.loads, options.clock, options.step)
    this.#first = [this.slots, this.pools, this.executors]
    this.#resources = [...this.#first]
  }

  /** Has grants depend on something else, too, which is looked for when everything else is there. */
  add(resource: Resource): void {
    this.#resources.push(resource)
    this.#others.push(resource)
  }

  /** Says that the run may have ready tasks that could be taken up. */
  want(run: Candidate): void {
    this.#turns.add(run)
  }

  /** Says that the run has nothing to take up. */
  rest(run: Candidate): void {
    this.#turns.delete(run)
  }

  /** Forgets the run and its lanes. */
  leave(run: Candidate, lanes: readonly Lane[]): void {
    for (const lane of lanes) lane.leave()
    for (const resource of this.#resources) resource.leave(run)
  }

  /** Offers room to one run after the other, as long as there is any; then closes the batch. */
  sweep(): void {
    while (this.slots.hasRoom) {
      const hasOpened = this.#openNext()
      const run = this.#turns.next()
      if (run === undefined) {
        if (hasOpened) continue
        break
      }
      if (!run.offer(this.#turns.size === 1 ? Number.POSITIVE_INFINITY : 1)) this.rest(run)
    }
    this.executors.closeBatch()
  }

  /** Decides about the best ready task of a lane: it gets everything that it needs, or nothing. */
  decide(lane: Lane, task: PlannedTask): Decision {
    for (const resource of this.#first) {
      const lack = resource.lacks(lane)
      if (lack !== undefined) return resource.wait(lane, lack) === 'run' ? 'run-waits' : 'lane-waits'
    }
    if (this.#others.length > 0 && this.#hasSaid(lane)) return 'lane-waits'
    return this.executors.offer(lane, task) ? 'granted' : 'declined'
  }

  /** True where the lane goes on waiting for something of which one of its tasks has told. */
  #hasSaid(lane: Lane): boolean {
    const lacking = this.#others.find((resource) => resource.hasSaid?.(lane) === true)
    lacking?.wait(lane, lacking.lacks(lane)!)
    return lacking !== undefined
  }

  /** Everything that keeps the tasks of a lane from being granted now. */
  lacks(lane: Lane): readonly Lack[] {
    return this.#resources.flatMap((resource) => resource.lacks(lane) ?? [])
  }

  /** A task has come into a state that holds what it was granted. */
  hold(lane: Lane): void {
    for (const resource of this.#resources) resource.take(lane)
  }

  /**
   * A task has left such a state: what it held is offered to those that wait. `isOfferOnly` says that its executor
   * never began with it.
   */
  free(lane: Lane, isOfferOnly: boolean): void {
    for (const resource of this.#resources) resource.give(lane, isOfferOnly)
    // After the runs that wait for what it has given back.
    this.#openNext()
    this.#turns.addLast(lane.run)
    if (lane.run.waiting.size === 0) return
    // Listed first, since a lane that goes on waiting leaves the set and comes back.
    const ofRun = [...lane.run.waiting].filter(({ waitsIn }) => waitsIn === undefined)
    for (const waiting of ofRun) this.#open(waiting)
  }

  #openNext(): boolean {
    let hasOpened = false
    for (const resource of this.#resources) hasOpened = resource.openNext(this.#open) || hasOpened
    return hasOpened
  }

  /**
   * Opens a lane that lacks only slots, with all such lanes of its run, so that the best task of all of them is found.
   * A lane that lacks something else waits for that.
   */
  readonly #open = (lane: Lane): boolean => {
    const lacking = this.#lackBesideSlots(lane)
    if (lacking !== undefined) {
      lacking.resource.wait(lane, lacking.lack)
      return false
    }
    for (const other of lane.run.waiting) if (this.#lackBesideSlots(other) === undefined) other.open()
    return true
  }

  #lackBesideSlots(lane: Lane): { readonly resource: Resource; readonly lack: Lack } | undefined {
    for (const resource of this.#resources) {
      if (resource === this.slots) continue
      const lack = resource.lacks(lane)
      if (lack !== undefined) return { resource, lack }
    }
    return undefined
  }
}
