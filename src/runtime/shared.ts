import type { dagMachine } from '../../machines/dag.ts'
import type { taskMachine } from '../../machines/task.ts'
import { AllFacts } from '../events/all-facts.ts'
import type { Codec, RedactOptions } from '../ports/codec.ts'
import type { AttemptReport, Executor, Redactor } from '../ports/executor.ts'
import type { Fact } from '../events/facts.ts'
import type { Store } from '../ports/store.ts'
import type { Clock } from '../time/clock.ts'
import { Timekeeper } from '../time/timekeeper.ts'
import type { AgentDesk } from './admission/agent-desk.ts'
import { Admission } from './admission/admission.ts'
import { ExecutorLoad } from './admission/executor-load.ts'
import type { AdmissionMode } from './admission/slot-resource.ts'
import { Batches } from './commit/batch.ts'
import { JournalWriter } from './commit/journal-writer.ts'
import { Macrostep } from './commit/macrostep.ts'

/** What the actors of runs and tasks are made of: the machines with their seams filled in. */
export interface MachineLogic {
  readonly dag: typeof dagMachine
  readonly task: typeof taskMachine
}

/** What becomes of values on their way into facts: see `KeptValues`. */
export interface Kept extends Redactor {
  heard(report: AttemptReport): AttemptReport
  told<F extends Fact>(fact: F): F
  restored(kept: unknown): unknown
}

export interface SharedOptions {
  readonly clock: Clock
  readonly store: Store | undefined
  readonly executors: Readonly<Record<string, Executor>>
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly admission: AdmissionMode
  readonly retainFacts: number
  readonly isolate: boolean
  readonly codec: Codec | undefined
  readonly redact: RedactOptions | undefined
  readonly agents: AgentDesk | undefined
  readonly logic: MachineLogic
}

/** What all runs of a runtime share. */
export class Shared {
  readonly clock: Timekeeper
  /** Undefined for a runtime without a store. */
  readonly writer: JournalWriter | undefined
  readonly store: Store | undefined
  /** Whether journals outlive the process. */
  readonly isDurable: boolean
  /** What becomes of values on their way into facts, where that is anything. Loaded before the first run begins. */
  kept: Kept | undefined
  readonly codec: Codec | undefined
  readonly redact: RedactOptions | undefined
  /** What the store does to give runs away. */
  readonly released: Promise<void>[] = []
  readonly retainFacts: number
  /** Whether outputs and inputs are cloned for each who gets them. */
  readonly isolate: boolean
  readonly logic: MachineLogic
  readonly executors: ReadonlyMap<string, ExecutorLoad>
  readonly admission: Admission
  readonly macrostep: Macrostep
  readonly batches = new Batches()
  /** What keeps all slots held, if the same handlers have held them for long while a later run waits. */
  standstill: () => string | undefined = () => undefined
  /** Who gives tasks to agents. No plan that asks for agents runs without it. */
  readonly agents: AgentDesk | undefined
  /** The facts of all runs as one stream. */
  readonly facts = new AllFacts()

  constructor(options: SharedOptions) {
    const { store } = options
    const clock = new Timekeeper(options.clock)
    this.clock = clock
    this.retainFacts = options.retainFacts
    this.isolate = options.isolate
    this.store = store
    this.codec = options.codec
    this.redact = options.redact
    this.agents = options.agents
    this.isDurable = store !== undefined && store.isVolatile !== true
    this.logic = options.logic
    this.executors = new Map(
      Object.entries(options.executors).map(([name, executor], key) => [
        name,
        new ExecutorLoad(name, executor, key),
      ]),
    )
    this.macrostep = new Macrostep({
      admit: () => this.admission.sweep(),
      flush: () => this.writer?.flush(),
      now: () => clock.now(),
    })
    this.writer = store === undefined ? undefined : new JournalWriter(store, this.macrostep, clock)
    this.admission = new Admission({
      concurrency: options.concurrency,
      pools: options.pools,
      mode: options.admission,
      loads: this.executors.values(),
      clock,
      step: (change) => this.macrostep.run(change),
    })
    if (options.agents !== undefined) this.admission.add(options.agents.resource)
  }
}
