import type { Actor, EventObject } from 'xstate'
import { type RuntimeEvent, runtimeMachine } from '../../machines/runtime.ts'
import { type DagContext, type dagMachine, newDagContext } from '../../machines/dag.ts'
import { deliver } from './actor/deliver.ts'
import { lastingSnapshots } from './actor/lasting-snapshots.ts'
import { type Inspector, isolatedInspector } from './actor/isolated-inspector.ts'
import { kinOf, rootActor, spawnActor } from './actor/spawn-actor.ts'
import type { ActorHost } from './actor/actor-host.ts'
import type { Kin } from './actor/kin.ts'
import { loadedFor } from './run/loaded-for.ts'
import type { Run, RunHost } from './run/run.ts'
import { Shared, type SharedOptions } from './shared.ts'
import { breakRun } from './steps/break-run.ts'
import { isUnknown, type Sent, sentToRun, sentToTask } from './steps/sent-by-others.ts'
import { letGo } from './steps/let-go.ts'
import { storeFailed } from './steps/store-failed.ts'
import { wake } from './steps/wake.ts'

/** How long a store may take to answer once the runtime shuts down. */
export const defaultStoreTimeoutMs = 30_000

export interface RuntimeActorOptions extends SharedOptions {
  readonly inspect: Inspector | undefined
}

/**
 * The root of the actor system. It spawns a dag actor for each run, and closes when it has been told to and no run is
 * left.
 */
export class RuntimeActor implements RunHost, ActorHost {
  readonly actorName = 'runtime'
  readonly shared: Shared
  readonly actor: Actor<typeof runtimeMachine>
  /** The runs that are not settled, by id. */
  readonly runs = new Map<string, Run>()
  readonly closed: Promise<void>
  /** Called when a run has settled. */
  settled: (run: Run) => void = () => undefined
  /** Called when the runtime is told to shut down, each time. */
  readonly shutdowns = new Set<(mode: 'drain' | 'kill') => void>()
  /** Set before anything runs. */
  runWithin!: RunHost['runWithin']
  /** By run that a handler has started by `ctx.run`: whether its attempt goes on. */
  readonly waitedFor = new WeakMap<Run, () => boolean>()
  /** The runs that are to get a dag actor, with the context which that one goes on from. */
  readonly #unspawned = new Map<Run, DagContext | undefined>()
  readonly #dagKin: Kin<typeof dagMachine>
  readonly #unlisten: (() => void)[] = []
  readonly wake = wake
  readonly letGo = letGo
  readonly storeFailed = storeFailed
  readonly sentToRun = sentToRun
  readonly sentToTask = sentToTask

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
          if (event.type === 'runtime.dispatch') this.#spawn(this.runs.get(event.runId))
        },
        drainRuns: () => {
          for (const run of this.#runsOnTheirOwn()) {
            if (this.shared.isDurable) run.setAside()
            else deliver(this.actor, run.dag, { type: 'run.drain', reason: 'drained' })
          }
        },
        killRuns: () => {
          for (const run of this.#runsOnTheirOwn())
            deliver(this.actor, run.dag, { type: 'run.kill', reason: 'shutdown' })
        },
        closeRuntime: () => {
          for (const stop of this.#unlisten) stop()
          admission.executors.close()
          this.shared.agents?.close()
          resolveClosed()
        },
      },
    })
    const { clock, inspect } = options
    const inspected = inspect === undefined ? {} : { inspect: isolatedInspector(inspect) }
    this.actor = rootActor(lastingSnapshots(machine), { clock, ...inspected }, this)
    // Before anybody else has the system in hand: from here on inspectors that come are noticed.
    this.#dagKin = kinOf(options.logic.dag, this.actor, 'dag')
    this.actor.start()
    this.shared.clock.clockSet = (byMs) => {
      for (const run of this.runs.values()) run.shift(byMs)
      admission.executors.shift(byMs)
      this.shared.agents?.shift(byMs)
    }
    for (const load of executors.values()) {
      const stop = load.executor.onCapacity?.(() => macrostep.run(() => admission.executors.reopen(load)))
      if (stop !== undefined) this.#unlisten.push(stop)
    }
  }

  get isOpen(): boolean {
    return this.actor.getSnapshot().value === 'open'
  }

  contextMoved(): void {}

  /** Told to stop, the runtime ends its runs first. */
  toldToStop(): void {
    this.shutdown('kill', defaultStoreTimeoutMs)
  }

  shutdown(mode: 'drain' | 'kill', storeTimeoutMs: number): void {
    this.shared.writer?.limit(storeTimeoutMs)
    for (const tell of this.shutdowns) tell(mode)
    this.shared.macrostep.run(() => this.send({ type: 'runtime.shutdown', mode }))
  }

  sentByOthers(event: EventObject, take: (event: EventObject) => void): void {
    if (isUnknown(event)) return take(event)
    const taken = this.#own(event as Sent)
    if (taken !== undefined) this.shared.macrostep.with(take, taken, undefined)
  }

  #own(event: Sent): RuntimeEvent | undefined {
    if (event?.type === 'runtime.shutdown') {
      this.shared.writer?.limit(defaultStoreTimeoutMs)
      return { type: 'runtime.shutdown', mode: event['mode'] === 'kill' ? 'kill' : 'drain' }
    }
    // XState tells the parent that a dag actor has ended.
    const run = this.runs.get(event?.['actorId'] as string)
    if (run?.isAwaited !== true) return undefined
    const { status, error } = run.dag.getSnapshot() as { readonly status: string; readonly error?: unknown }
    if (status === 'error') breakRun(run, error)
    if (status !== 'done') return undefined
    run.isAwaited = false
    return { type: 'xstate.done.actor.dag', output: run.dagContext }
  }

  dagEnded(run: Run): void {
    if (!run.isAwaited) return
    run.isAwaited = false
    this.send({ type: 'xstate.done.actor.dag', output: run.dagContext })
  }

  spawn(run: Run, first: 'run.start' | 'run.reopen' | 'run.recover', restored?: DagContext): void {
    this.runs.set(run.id, run)
    run.isAwaited = true
    this.#unspawned.set(run, restored)
    this.send({ type: 'runtime.dispatch', runId: run.id })
    // Where an observer of the runtime's actor dispatches, that actor takes the event later.
    this.#spawn(run)
    deliver(this.actor, run.dag, { type: first })
    const begin = (): void =>
      this.shared.macrostep.run(() => {
        run.outbox.kept = this.shared.kept
        run.dag.start()
        if (run.isSetAside) run.setAside()
      })
    const loading = loadedFor(run)
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

  /** An attempt that may finish, as a teardown may, needs the runs that it waits for. They are killed with it. */
  #runsOnTheirOwn(): readonly Run[] {
    return [...this.runs.values()].filter((run) => this.waitedFor.get(run)?.() !== true)
  }

  #spawn(run: Run | undefined): void {
    if (run === undefined || !this.#unspawned.has(run)) return
    const restored = this.#unspawned.get(run)
    this.#unspawned.delete(run)
    run.dag = spawnActor(this.#dagKin, restored ?? newDagContext(run.id), run, restored?.state)
    run.taskKin = kinOf(this.shared.logic.task, run.dag, 'task')
  }
}
