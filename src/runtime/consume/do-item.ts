import type { Failure } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { DispatchOptions } from '../../graph/dispatch-options.ts'
import type { Plan } from '../../graph/plan.ts'
import type { Store } from '../../ports/store.ts'
import type { DurableRuns } from '../durable/durable-runs.ts'
import type { RunHandle } from '../handle/run-handle.ts'
import type { RunRegistry } from '../run-registry.ts'
import type { RuntimeActor } from '../runtime-actor.ts'
import { type HeldElsewhere, type ItemOutcome, outcomeOfItem, type RefusedItem } from './outcome-of-item.ts'
import type { ReadItem } from './source-item.ts'

/** What consuming a source needs of the runtime. */
export interface ConsumeHost {
  readonly root: RuntimeActor
  readonly store: Store | undefined
  readonly registry: Pick<RunRegistry, 'handleOf'>
  dispatch(plan: Plan, options: DispatchOptions, isSeen: false): RunHandle
  durably(): Promise<Pick<DurableRuns, 'recover'>>
}

/** An item on its way to its outcome. */
export interface ItemToDo {
  readonly id: string
  readonly runId: string
  readonly read: ReadItem
  /** It has a run now. */
  readonly begun: (run: RunHandle) => void
}

/** Whether the store has the run of an item already; or why that cannot be found out. */
export async function isInStore(store: Store | undefined, runId: string): Promise<boolean | Error> {
  try {
    return store !== undefined && (await store.read(runId, { limit: 1 })).length > 0
  } catch (thrown) {
    return new Error(`The store could not be read: ${thrownText(thrown)}`)
  }
}

type Done = ItemOutcome | HeldElsewhere | RefusedItem

/**
 * Does an item: as a new run, which is dispatched before this returns, or by going on with the one that there is. Of a run
 * that is settled it is the outcome, unless that left the item undecided. Never rejects.
 */
export async function doItem(host: ConsumeHost, item: ItemToDo, isKnown: boolean | Error): Promise<Done> {
  try {
    if (isKnown instanceof Error) return { status: 'released', reason: isKnown.message }
    const known = adopted(host, item)
    const fresh = known === undefined && !isKnown ? dispatched(host, item) : undefined
    if (fresh === undefined) return await endOfKnown(known ?? (await recovered(host, item)), item)
    const outcome = await endOf(fresh, item)
    const isUnwritten = outcome.status === 'released' && (await fresh.result).failure?.code === 'STORE_FAILED'
    if (!isUnwritten || (await isInStore(host.store, item.runId)) !== true) return outcome
    // Another process may have made it at the same moment.
    return await endOfKnown(await recovered(host, item), item)
  } catch (thrown) {
    return undone(thrown, host.root.shared.clock.now())
  }
}

async function endOf(run: RunHandle, { id, begun }: ItemToDo): Promise<ItemOutcome | HeldElsewhere> {
  begun(run)
  return outcomeOfItem(await run.result, id, () => run.view().ending)
}

async function endOfKnown(run: RunHandle, item: ItemToDo): Promise<ItemOutcome | HeldElsewhere> {
  const wasSettled = run.view().settledAt !== undefined
  const outcome = await endOf(run, item)
  const isUndecided = outcome.status === 'released' || outcome.status === 'held'
  if (!(wasSettled && isUndecided && (await run.result).failure === undefined)) return outcome
  void run.redrive(item.id)
  return endOf(run, item)
}

function undone(thrown: unknown, at: number): Done {
  const message = thrownText(thrown)
  if (!(thrown instanceof DagmarError)) return { status: 'released', reason: message }
  if (thrown.code === 'RUN_OWNED') return { status: 'held', reason: message }
  if (thrown.code === 'RUNTIME_CLOSED') return { status: 'released', reason: 'shutdown' }
  const failure: Failure = { code: thrown.code, message, severity: 'error', retryable: false, at }
  return { status: 'refused', failure }
}

/** The run that the runtime has already: it was recovered, or somebody else has dispatched the same. */
function adopted({ registry }: ConsumeHost, { id, runId, read }: ItemToDo): RunHandle | undefined {
  const run = registry.handleOf(runId)
  return run?.name === read.plan.name && run.plan.indexOf(id) !== undefined ? run : undefined
}

/** Undefined where another process has made the run since. */
function dispatched(host: ConsumeHost, { runId, read }: ItemToDo): RunHandle | undefined {
  const { plan, input, labels } = read
  try {
    return host.dispatch(plan, { id: runId, labels, ...(input === undefined ? {} : { input }) }, false)
  } catch (thrown) {
    const isThere = thrown instanceof DagmarError && thrown.code === 'RUN_EXISTS'
    if (isThere && host.store !== undefined && host.registry.handleOf(runId) === undefined) return undefined
    throw thrown
  }
}

async function recovered(host: ConsumeHost, { runId, read }: ItemToDo): Promise<RunHandle> {
  const { plan, input } = read
  return (await host.durably()).recover(runId, {
    dag: plan,
    acceptChanges: true,
    ...(input === undefined ? {} : { input }),
  })
}
