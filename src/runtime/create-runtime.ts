/// <reference lib="esnext.disposable" preserve="true" />
import { type Observable, Subject } from 'rxjs'
import type { ActorRefFromLogic } from 'xstate'
import type { runtimeMachine } from '../../machines/runtime.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { FactLog } from '../events/fact-log.ts'
import type { RuntimeFact } from '../events/facts.ts'
import { subscribeHooks } from '../events/hooks.ts'
import { type AnyDag, type Plan, planOf } from '../graph/plan.ts'
import { type DispatchOptions, readRunOptions, type WithInput } from './dispatch-options.ts'
import { readRuntimeOptions, type RuntimeOptions, runtimeClosed } from './options.ts'
import type { RunResult } from './handle/result.ts'
import { Run } from './run/run.ts'
import { type RunHandle, runHandle } from './handle/run-handle.ts'
import { RuntimeCore } from './runtime-actor.ts'
import { keepWarmAfter } from './keep-warm.ts'

/** Runs dags. Its runs share slots, pools and executors; its actors form one system. */
export interface Runtime {
  /** The root of the actor system. */
  readonly actor: ActorRefFromLogic<typeof runtimeMachine>
  /** Facts about what all runs share. Completes with shutdown. */
  readonly events$: Observable<RuntimeFact>
  /**
   * Starts a run and returns at once: nothing of it happens before the caller's own turn is over.
   * Throws for a dag that is not valid, an input that does not fit, an executor or pool that is not there,
   * a run id that is taken (`RUN_EXISTS`), and a runtime that is shut down (`RUNTIME_CLOSED`).
   */
  dispatch<Outputs, Input>(
    dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
    ...options: WithInput<Input>
  ): RunHandle<Outputs>
  /** Dispatches and awaits: the outputs by task id. Rejects with `RunFailedError` unless the run completed. */
  run<Outputs, Input>(
    dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
    ...options: WithInput<Input>
  ): Promise<Outputs>
  /**
   * Takes no more runs, and ends those there are: `drain` lets live attempts finish, `kill` ends them. Resolves when
   * every run is settled; a second call with `kill` hastens a drain.
   * @default { mode: 'drain' }
   */
  shutdown(options?: { readonly mode?: 'drain' | 'kill' }): Promise<void>
  /** `shutdown({ mode: 'kill' })`: who leaves the block leaves nothing running. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What `runtime.run` rejects with: the run did not complete. `result` says all there is to say. */
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

/** Throws `CONFIG_INVALID` for options that make no sense. */
export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const core = new RuntimeCore(readRuntimeOptions(options))
  const events$ = new Subject<RuntimeFact>()
  // Held weakly: a settled run belongs to whoever holds its handle.
  const logs = new Map<string, WeakRef<FactLog>>()
  // An id that was given back by disposal may belong to another run by then.
  const dropped = new FinalizationRegistry<{ readonly id: string; readonly log: WeakRef<FactLog> }>(
    ({ id, log }) => {
      if (logs.get(id) === log) logs.delete(id)
    },
  )
  const byKey = new Map<string, RunHandle>()

  const dispatch = (source: AnyDag | Plan, dispatchOptions: DispatchOptions = {}): RunHandle => {
    const plan = planOf(source)
    if (!core.isOpen) throw runtimeClosed()
    const known = byKey.get(dispatchOptions.idempotencyKey ?? '')
    if (known !== undefined) return known
    const run = new Run(core, plan, readRunOptions(core, plan, dispatchOptions))
    if (logs.has(run.id)) throw runExists(run.id)
    const { idempotencyKey } = run.options
    const log = new WeakRef(run.log)
    logs.set(run.id, log)
    dropped.register(run, { id: run.id, log })
    const handle = runHandle<Readonly<Record<string, unknown>>>(run, () => {
      logs.delete(run.id)
      if (idempotencyKey !== undefined) byKey.delete(idempotencyKey)
    })
    if (idempotencyKey !== undefined) byKey.set(idempotencyKey, handle)
    if (options.hooks !== undefined) subscribeHooks(run.log.events$, options.hooks)
    core.spawn(run, 'run.start')
    keepWarmAfter(run)
    return handle
  }

  const shutdown = async (mode: 'drain' | 'kill'): Promise<void> => {
    const results = [...core.runs].map((run) => run.result)
    core.macrostep.run(() => core.actor.send({ type: 'runtime.shutdown', mode }))
    await core.closed
    await Promise.all(results)
    for (const log of logs.values()) log.deref()?.close()
    events$.complete()
  }

  return {
    actor: core.actor,
    events$: events$.asObservable(),
    dispatch: dispatch as Runtime['dispatch'],
    run: async (source, ...[dispatchOptions]) => {
      const handle = dispatch(source as AnyDag | Plan, dispatchOptions as DispatchOptions)
      const result = await handle.result
      if (result.status !== 'completed') throw new RunFailedError(result)
      return result.outputs as never
    },
    shutdown: ({ mode = 'drain' } = {}) => shutdown(mode),
    [Symbol.asyncDispose]: () => shutdown('kill'),
  }
}

function runExists(id: string): DagmarError {
  return new DagmarError('RUN_EXISTS', {
    message: `There is already a run '${id}' in this runtime.`,
    hint: 'Give another id, or none; or use idempotencyKey to get the first run back.',
    facts: { runId: id },
  })
}
