import { type Actor, type AnyActorRef, createActor, type InspectionEvent, type Observer } from 'xstate'
import { runtimeMachine } from '../../machines/runtime.ts'
import type { Executor } from '../ports/executor.ts'
import type { Store } from '../ports/store.ts'
import type { Clock } from '../time/clock.ts'
import { Admission, type AdmissionMode } from './admission/admission.ts'
import { ExecutorLoad } from './admission/executor-load.ts'
import { type HostedDagContext, host } from './run/live-task.ts'
import { type MachineLogic, machineLogic } from './logic/machine-logic.ts'
import { Macrostep } from './commit/macrostep.ts'
import type { Run } from './run/run.ts'

export interface RuntimeCoreOptions {
  readonly clock: Clock
  readonly store: Store | undefined
  readonly executors: Readonly<Record<string, Executor>>
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly admission: AdmissionMode
  readonly retainFacts: number
  readonly inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void) | undefined
  readonly mode: 'compiled' | 'interpreted'
}

/** What all runs of a runtime share. */
export class RuntimeCore {
  readonly clock: Clock
  /** Undefined where nothing is kept beyond the process. */
  readonly store: Store | undefined
  readonly retainFacts: number
  readonly logic: MachineLogic
  readonly loads: ReadonlyMap<string, ExecutorLoad>
  readonly admission: Admission
  readonly macrostep: Macrostep
  /** The runs that are not settled. */
  readonly runs = new Set<Run>()
  readonly actor: Actor<typeof runtimeMachine>
  readonly closed: Promise<void>
  readonly #unlisten: (() => void)[] = []

  constructor(options: RuntimeCoreOptions) {
    this.clock = options.clock
    this.store = options.store
    this.retainFacts = options.retainFacts
    this.logic = machineLogic(options.mode)
    this.loads = new Map(
      Object.entries(options.executors).map(([name, executor], key) => [
        name,
        new ExecutorLoad(name, executor, key),
      ]),
    )
    this.macrostep = new Macrostep(
      () => this.admission.sweep(),
      () => options.clock.now(),
    )
    this.admission = new Admission({
      concurrency: options.concurrency,
      pools: options.pools,
      mode: options.admission,
      loads: this.loads,
      clock: options.clock,
      step: (change) => this.macrostep.run(change),
    })
    let resolveClosed: () => void
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve
    })
    const logic = runtimeMachine.provide({
      actions: {
        spawnRun: ({ event, self }) => {
          if (event.type === 'runtime.dispatch') this.#spawn(event.run as Run, self)
        },
        drainRuns: () => {
          for (const run of this.runs) run.dag.send({ type: 'run.drain', reason: 'drained' })
        },
        killRuns: () => {
          for (const run of this.runs) run.dag.send({ type: 'run.kill', reason: 'shutdown' })
        },
        closeRuntime: () => {
          for (const stop of this.#unlisten) stop()
          this.admission.close()
          resolveClosed()
        },
      },
    })
    this.actor = createActor(logic, {
      clock: options.clock,
      ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
    })
    this.actor.start()
    for (const load of this.loads.values()) {
      const stop = load.executor.onCapacity?.(() => this.macrostep.run(() => this.admission.reopen(load)))
      if (stop !== undefined) this.#unlisten.push(stop)
    }
  }

  /** False once it has been told to shut down. */
  get isOpen(): boolean {
    return this.actor.getSnapshot().value === 'open'
  }

  /** Gives the run a dag actor, which starts in a microtask: until then nothing has happened. */
  spawn(run: Run, first: 'run.start' | 'run.reopen'): void {
    this.runs.add(run)
    this.actor.send({ type: 'runtime.dispatch', run })
    run.dag.send({ type: first })
    queueMicrotask(() => {
      this.macrostep.run(() => run.dag.start())
    })
  }

  #spawn(run: Run, parent: AnyActorRef): void {
    const input = {
      runId: run.id,
      state: 'running',
      ending: undefined,
      reason: '',
      failure: undefined,
      causedBy: undefined,
      [host]: run,
    } as HostedDagContext
    run.dag = createActor(this.logic.dag, { parent, id: 'dag', input })
    run.dagContext = run.dag.getSnapshot().context
  }
}
