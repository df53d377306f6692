import { type Actor, createActor, type InspectionEvent, type Observer } from 'xstate'
import { type RuntimeEvent, runtimeMachine } from '../../machines/runtime.ts'
import { type DagContext, type dagMachine, newDagContext } from '../../machines/dag.ts'
import { deliver } from './actor/deliver.ts'
import { lastingSnapshots } from './actor/lasting-snapshots.ts'
import { kinOf, spawnActor } from './actor/spawn-actor.ts'
import type { Kin } from './actor/kin.ts'
import { searchLoaded } from './run/rank-of.ts'
import type { Run, RunHost } from './run/run.ts'
import { Shared, type SharedOptions } from './shared.ts'
import { storeFailed } from './steps/store-failed.ts'
import { wake } from './steps/wake.ts'

export interface RuntimeActorOptions extends SharedOptions {
  readonly inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void) | undefined
}

/**
 * The root of the actor system. It spawns a dag actor for each run, and closes when it has been told to and no run is
 * left.
 */
export class RuntimeActor implements RunHost {
  readonly shared: Shared
  readonly actor: Actor<typeof runtimeMachine>
  /** The runs that are not settled, by id. */
  readonly runs = new Map<string, Run>()
  readonly closed: Promise<void>
  /** Called when a run has settled. */
  settled: (run: Run) => void = () => undefined
  /** The context that the next dag actor goes on from. */
  #restored: DagContext | undefined
  readonly #dagKin: Kin<typeof dagMachine>
  readonly #unlisten: (() => void)[] = []
  readonly wake = wake
  readonly storeFailed = storeFailed

  constructor(options: RuntimeActorOptions) {
    this.shared = new Shared(options)
    const { macrostep, admission, executors } = this.shared
    let resolveClosed: () => void
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve
    })
    const machine = runtimeMachine.provide({
      actions: {
        spawnRun: ({ event }) => {
          if (event.type === 'runtime.dispatch') this.#spawn(this.runs.get(event.runId)!)
        },
        drainRuns: () => {
          for (const run of this.runs.values())
            deliver(this.actor, run.dag, { type: 'run.drain', reason: 'drained' })
        },
        killRuns: () => {
          for (const run of this.runs.values())
            deliver(this.actor, run.dag, { type: 'run.kill', reason: 'shutdown' })
        },
        closeRuntime: () => {
          for (const stop of this.#unlisten) stop()
          admission.executors.close()
          resolveClosed()
        },
      },
    })
    this.actor = createActor(lastingSnapshots(machine), {
      clock: options.clock,
      ...(options.inspect === undefined ? {} : { inspect: options.inspect }),
    })
    // Before anybody else has the system in hand: from here on inspectors that come are noticed.
    this.#dagKin = kinOf(options.logic.dag, this.actor, 'dag')
    this.actor.start()
    this.shared.clock.clockSet = (byMs) => {
      for (const run of this.runs.values()) run.shift(byMs)
      admission.executors.shift(byMs)
    }
    for (const load of executors.values()) {
      const stop = load.executor.onCapacity?.(() => macrostep.run(() => admission.executors.reopen(load)))
      if (stop !== undefined) this.#unlisten.push(stop)
    }
  }

  get isOpen(): boolean {
    return this.actor.getSnapshot().value === 'open'
  }

  spawn(run: Run, first: 'run.start' | 'run.reopen' | 'run.recover', restored?: DagContext): void {
    this.runs.set(run.id, run)
    this.#restored = restored
    this.send({ type: 'runtime.dispatch', runId: run.id })
    deliver(this.actor, run.dag, { type: first })
    const begin = (): void => this.shared.macrostep.run(() => run.dag.start())
    const loading = searchLoaded(run.plan)
    if (loading === undefined) queueMicrotask(begin)
    else void loading.then(begin)
  }

  send(event: RuntimeEvent): void {
    deliver(this.actor, this.actor, event)
  }

  forget(run: Run): void {
    this.runs.delete(run.id)
    this.settled(run)
  }

  #spawn(run: Run): void {
    const restored = this.#restored
    run.dag = spawnActor(this.#dagKin, restored ?? newDagContext(run.id), run, restored?.state)
    run.taskKin = kinOf(this.shared.logic.task, run.dag, 'task')
  }
}
