import { Slots } from '../../scheduling/slots.ts'
import type { Turns } from '../../scheduling/turns.ts'
import type { Candidate, Lane } from './lane.ts'
import type { Lack, Resource } from './resource.ts'

/** Whether the free slots limit what is offered, or the executors alone. See `RuntimeOptions.admission`. */
export type AdmissionMode = 'both' | 'executor'

const ofRun: Lack = { kind: 'slot', of: 'run' }
const ofRuntime: Lack = { kind: 'slot', of: 'runtime' }

/** The slots of the runtime, and each run's own. */
export class SlotResource implements Resource {
  readonly slots: Slots
  readonly #limits: boolean
  readonly #turns: Turns<Candidate>

  constructor(concurrency: number, mode: AdmissionMode, turns: Turns<Candidate>) {
    this.slots = new Slots(concurrency)
    this.#limits = mode === 'both'
    this.#turns = turns
  }

  /** False when no run can be given a slot. */
  get hasRoom(): boolean {
    return this.slots.limit !== 0 && !(this.#limits && this.slots.isFull)
  }

  /** Most tasks of a run with that concurrency at once, were it the only run. */
  mostFor(concurrency: number): number {
    if (this.slots.limit === 0 || concurrency === 0) return 0
    return this.#limits ? Math.min(this.slots.limit, concurrency) : Number.POSITIVE_INFINITY
  }

  lacks({ run }: Lane): Lack | undefined {
    if (this.slots.limit === 0) return ofRuntime
    if (run.slots.limit === 0 || (this.#limits && run.slots.isFull)) return ofRun
    return this.hasRoom ? undefined : ofRuntime
  }

  /** A run without a slot of its own waits for one of its tasks to end; else it keeps its turn for the next free slot. */
  wait({ run }: Lane, lack: Lack): 'run' {
    if (lack === ofRun) this.#turns.delete(run)
    return 'run'
  }

  openNext(): boolean {
    return false
  }

  take({ run }: Lane): void {
    this.slots.hold()
    run.slots.hold()
  }

  give({ run }: Lane): void {
    this.slots.free()
    run.slots.free()
  }

  leave(run: Candidate): void {
    this.#turns.delete(run)
  }
}
