/// <reference lib="esnext.disposable" preserve="true" />
import { defer, mergeAll, type Observable } from 'rxjs'
import type { ActorRefFromLogic } from 'xstate'
import type { runtimeMachine } from '../../machines/runtime.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { Fact } from '../events/facts.ts'
import { subscribeHooks } from '../events/hooks.ts'
import { IsolatedObservable } from '../events/isolated.ts'
import { type AnyDag, type Plan, planOf } from '../graph/plan.ts'
import type { DispatchOptions, WithInput } from '../graph/dispatch-options.ts'
import { readJournal, readRunOptions } from './dispatch-options.ts'
import { readRuntimeOptions, type RuntimeOptions } from './options.ts'
import { timeOrderedId } from '../time/time-ordered-id.ts'
import type { RunSummary } from '../events/run-summary.ts'
import type { RunResult } from '../events/run-result.ts'
import { Run } from './run/run.ts'
import { type RunHandle, runHandle } from './handle/run-handle.ts'
import type { OpenQuestion } from './handle/open-questions.ts'
import { RunRegistry } from './run-registry.ts'
import { RuntimeActor } from './runtime-actor.ts'
import type { DeadLetter, HistoryQuery } from './durable/history.ts'
import type { DurableRuns, RecoverOptions, Recovered } from './durable/durable-runs.ts'
import type { Consumption } from './consume/consume.ts'
import type { Source } from './consume/source.ts'
import type { SourceItem } from './consume/source-item.ts'
import type { ConsumeOptions } from './consume/source-options.ts'
import type { StandstillWatch } from './standstill-watch.ts'
import { readShutdownOptions, type ShutdownOptions } from './shutdown-options.ts'
import { isAtWork, lendSlot } from './attempt/lend-slot.ts'
import { runtimeClosed } from './runtime-closed.ts'
import { onAbort } from './on-abort.ts'
import { keepWarmAfter } from './keep-warm.ts'

/** Runs dags. Its runs share slots, pools and executors; its actors form one system. */
export interface Runtime {
  /** The root of the actor system. */
  readonly actor: ActorRefFromLogic<typeof runtimeMachine>
  /**
   * Every fact of every run, from the moment of subscription on; those of one run are in order. Subscribe before the
   * first `await` after a `dispatch` to get all facts of that run. Completes with shutdown.
   */
  readonly events$: Observable<Fact>
  /**
   * The questions of all runs that wait for `run.answer`: soon after subscription the list as it is, and a new one after
   * each change. A question is the same object in every list that a subscriber gets; those of one task stand in the order
   * in which `answer` answers them. Completes with shutdown.
   */
  readonly questions$: Observable<readonly OpenQuestion[]>
  /**
   * The handles of the runs, in the order of dispatch: all runs that are not settled, and those settled runs whose
   * handle is still held somewhere and has not been disposed of.
   */
  runs(): readonly RunHandle[]
  /**
   * Starts a run and returns its handle at once. The run itself begins in a microtask, so nothing of it happens before
   * the calling code has returned or awaits; the first one of a process in the order `optimised` begins when its search is
   * loaded. Throws what `plan()` throws for a dag that is not valid, `CONFIG_INVALID`
   * or `DURATION_INVALID` for a bad option or a pool that is missing, `INPUT_INVALID`, `EXECUTOR_UNKNOWN`, `RUN_EXISTS`
   * for an id that is taken, and `RUNTIME_CLOSED` after a shutdown.
   */
  dispatch<Outputs, Input>(
    dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
    ...options: WithInput<Input>
  ): RunHandle<Outputs>
  /**
   * Starts a run and resolves with its outputs by task id. Rejects with `RunFailedError` unless the run completed, and
   * with what `dispatch` throws.
   */
  run<Outputs, Input>(
    dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
    ...options: WithInput<Input>
  ): Promise<Outputs>
  /**
   * Goes on with a run of the store that no process has any more, and resolves with its handle; of a run that is settled,
   * too. What was at work is ended first and told as `task.interrupted`, and starts again as another attempt that does not
   * count against `maxAttempts`. Nothing that is settled starts again. Rejects with `RUN_UNKNOWN`, `RUN_OWNED` where the
   * process that has it is alive, `DAG_MISSING`, `PLAN_CHANGED`, `REAP_FAILED` where what was at work cannot be ended,
   * `EXECUTOR_UNKNOWN`, `CONFIG_INVALID`, and `RUNTIME_CLOSED`.
   */
  recover<Outputs = Readonly<Record<string, unknown>>>(
    runId: string,
    options?: RecoverOptions<Outputs>,
  ): Promise<RunHandle<Outputs>>
  /**
   * Recovers the unsettled runs of the store that are of `dags` and belong to no live process. One that is refused does not
   * keep the others from going on.
   */
  recoverAll(): Promise<Recovered>
  /** The runs in the store that fit, whoever has them, latest created first. Rejects with `CONFIG_INVALID`. */
  history(query?: HistoryQuery): Promise<readonly RunSummary[]>
  /**
   * The tasks that have used up all their attempts, of the runs in the store that fit: `recover` their run, and redrive
   * them. Reads the journals of those runs.
   */
  deadLetters(query?: HistoryQuery): Promise<readonly DeadLetter[]>
  /**
   * Takes the tasks that a source has, the most urgent first, has each done as a run of its own, and tells the source what
   * became of it. A source that fails is opened again. Resolves when it begins; goes on until the source ends, or a
   * shutdown. Rejects with `CONFIG_INVALID`, `DURATION_INVALID`, `DAG_INVALID` for a name that can be none, and
   * `RUNTIME_CLOSED`.
   */
  consume<Item extends SourceItem>(source: Source<Item>, options?: ConsumeOptions): Promise<Consumption>
  /**
   * Takes no more runs, and ends those that are there: `drain` lets live attempts finish, `kill` ends them. Runs whose
   * store outlives the process are not ended by `drain`: once their live attempts have finished, they are left in the
   * store, to be recovered, and have no result here. Resolves when every run is settled or left. A second call with
   * `kill` ends a drain early. Teardowns still run, and a further call with `kill` ends them. A store that does not
   * answer within `storeTimeout` counts as failed: its runs fail with `STORE_FAILED`, and then this rejects with
   * `STORE_SILENT`, which names the facts that may not be written.
   * @default { mode: 'drain', storeTimeout: '30s' }
   */
  shutdown(options?: ShutdownOptions): Promise<void>
  /** `shutdown({ mode: 'kill' })`: nothing is left running when an `await using` block ends. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What `runtime.run` rejects with when the run did not complete. `result` is the run's whole result. */
export class RunFailedError extends DagmarError {
  override readonly name = 'RunFailedError'
  readonly result: RunResult

  constructor(result: RunResult) {
    const [first] = result.rootCauses
    const cause = first === undefined ? '' : ` First: ${first.taskId}: ${first.failure.message}`
    const whole = result.failure === undefined ? '' : ` ${result.failure.message}`
    const { completed, failed, killed, skipped } = result.counts
    super('RUN_FAILED', {
      message:
        `The run ${result.runId} of ${result.name} ${result.status === 'killed' ? 'was killed' : 'failed'}: ` +
        `${completed} completed, ${failed} failed, ${killed} killed, ${skipped} skipped.${whole || cause}`,
      facts: { runId: result.runId, status: result.status, counts: result.counts },
    })
    this.result = result
  }
}

/** Makes a runtime. Throws `CONFIG_INVALID` for options that make no sense. */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const root = new RuntimeActor(readRuntimeOptions(options))
  const { shared } = root
  const { store } = options
  const owner = { id: timeOrderedId() }
  const { clock, macrostep, writer, released, executors } = shared
  shared.agents?.attach({ clock, macrostep, writer, store, owner, released, executors })
  const registry = new RunRegistry()
  let standstill: StandstillWatch | undefined
  root.settled = (run) => {
    registry.release(run)
    standstill?.settled()
  }

  /** Loaded for the first run that finds the runtime full: what it looks for takes seconds to come about. */
  const watchStandstill = async (run: Run): Promise<void> => {
    const loaded = await import('./standstill-watch.ts')
    standstill ??= new loaded.StandstillWatch(root)
    standstill.dispatched(run)
  }

  /** Adds a run to the runtime, whether it was dispatched or recovered. */
  const register = (run: Run, isSeen: boolean): RunHandle => {
    const handle = runHandle<Readonly<Record<string, unknown>>>(run, () => registry.drop(run))
    registry.add(run, handle, isSeen)
    if (options.hooks !== undefined) subscribeHooks(run.log.events$, options.hooks)
    return handle
  }

  let durable: DurableRuns | undefined
  /** What brings runs back, loaded when somebody asks for it. */
  const durably = async (): Promise<DurableRuns> => {
    const loaded = await import('./durable/durable-runs.ts')
    durable ??= new loaded.DurableRuns({ root, store, dags: options.dags, owner, registry, register })
    return durable
  }

  const dispatch = (
    source: AnyDag | Plan,
    dispatchOptions: DispatchOptions = {},
    isSeen = true,
    isWaitedFor?: () => boolean,
  ): RunHandle => {
    const plan = planOf(source)
    if (!root.isOpen && isWaitedFor?.() !== true) throw runtimeClosed()
    const runOptions = readRunOptions(shared, plan, dispatchOptions)
    const known = registry.withKey(runOptions.idempotencyKey)
    if (known !== undefined) return known
    if (registry.has(runOptions.id)) throw runExists(runOptions.id)
    const journal =
      store === undefined
        ? undefined
        : readJournal(store.create(runOptions.id, owner, { idempotencyKey: runOptions.idempotencyKey }))
    const run = new Run(shared, root, plan, runOptions, journal)
    const handle = register(run, isSeen)
    if (isWaitedFor !== undefined) root.waitedFor.set(run, isWaitedFor)
    root.spawn(run, 'run.start')
    if (dispatchOptions.signal !== undefined) killOnAbort(handle, dispatchOptions.signal)
    if (isFull(root)) void watchStandstill(run)
    keepWarmAfter(run)
    return handle
  }

  root.runWithin = async (live, attempt, signal, source, dispatchOptions) => {
    const isWaitedFor = (): boolean => !signal.aborted && isAtWork(live, attempt)
    const handle = dispatch(source, dispatchOptions, false, isWaitedFor)
    killOnAbort(handle, signal)
    const takeBack = lendSlot(live, attempt)
    const result = await handle.result
    takeBack()
    return outputsOf(result)
  }

  // Whoever has told it to close: its own actor takes that as an event.
  const whenClosed = async (): Promise<void> => {
    await root.closed
    await Promise.all([...root.runs.values()].map((run) => run.result))
    registry.close()
    shared.facts.complete()
  }
  const completed = whenClosed()

  const shutdown = async (given: ShutdownOptions): Promise<void> => {
    const { mode, storeTimeoutMs } = readShutdownOptions(given)
    root.shutdown(mode, storeTimeoutMs)
    await completed
    await Promise.all(shared.released)
    const unwritten = shared.writer?.unwritten ?? []
    if (unwritten.length === 0) return
    const { storeSilent } = await import('./store-silent.ts')
    throw storeSilent(unwritten, storeTimeoutMs)
  }

  const questions$ = defer(async () => {
    const loaded = await import('./handle/open-questions.ts')
    return loaded.openQuestions(shared.facts, root.runs)
  })

  return {
    actor: root.actor,
    events$: shared.facts.events$,
    questions$: new IsolatedObservable(
      questions$.pipe(mergeAll()),
      () => shared.facts.telling ?? root.runs.values().next().value?.log,
    ),
    dispatch: ((source: AnyDag | Plan, dispatchOptions?: DispatchOptions) =>
      dispatch(source, dispatchOptions)) as Runtime['dispatch'],
    run: async (source, ...[dispatchOptions]) =>
      outputsOf(
        await dispatch(source as AnyDag | Plan, dispatchOptions as DispatchOptions, false).result,
      ) as never,
    runs: () => registry.handles(),
    recover: async (runId, recoverOptions) =>
      (await durably()).recover(runId, recoverOptions as RecoverOptions) as never,
    recoverAll: async () => (await durably()).recoverAll(),
    history: async (query) => (await durably()).history(query),
    deadLetters: async (query) => (await durably()).deadLetters(query),
    consume: async (source, consumeOptions) => {
      const { consume } = await import('./consume/consume.ts')
      return consume({ root, store, registry, dispatch, durably }, source, consumeOptions)
    },
    shutdown: (shutdownOptions = {}) => shutdown(shutdownOptions),
    [Symbol.asyncDispose]: () => shutdown({ mode: 'kill' }),
  }
}

function isFull({ shared }: RuntimeActor): boolean {
  const { slots } = shared.admission.slots
  return slots.isFull && slots.limit !== 0
}

function outputsOf(result: RunResult): RunResult['outputs'] {
  if (result.status !== 'completed') throw new RunFailedError(result)
  return result.outputs
}

function killOnAbort(handle: RunHandle, signal: AbortSignal): void {
  const forget = onAbort(signal, () => {
    void handle.kill(undefined, { reason: 'its signal was aborted' })
  })
  void handle.result.then(forget)
}

function runExists(id: string): DagmarError {
  return new DagmarError('RUN_EXISTS', {
    message: `There is already a run '${id}' in this runtime.`,
    hint: 'Give another id, or none; or use idempotencyKey to get the first run back.',
    facts: { runId: id },
  })
}
