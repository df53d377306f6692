import type { Store } from '../../ports/store.ts'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { JobSpec } from '../spec.ts'
import { notBegun } from './not-begun.ts'
import { planOf } from './plan-of-spec.ts'

export interface Reopened {
  readonly run: RunHandle
  readonly result: RunHandle['result']
}

/**
 * Whoever holds the lock of the state directory has all its runs: an owner that seems to live is one in a container that
 * is gone, or another process that has got its number. The plan is made of the data that it was made of before: where it
 * has another fingerprint all the same, another version of dagmar has made it, and the job goes on with that.
 */
export function recoverRun(runtime: Runtime, spec: JobSpec): Promise<RunHandle> {
  return runtime.recover(spec.id, { dag: planOf(spec), takeOver: true, acceptChanges: true })
}

/** Opens the run of a settled job, or a task of it, again. Undefined for a job that ended before it had a run. */
export async function reopenRun(
  { runtime, store }: { readonly runtime: Runtime; readonly store: Store },
  spec: JobSpec,
  taskId: string | undefined,
): Promise<Reopened | undefined> {
  const hasRun = (await store.read(spec.id, { limit: 1 })).length > 0
  if (!hasRun && taskId !== undefined) throw notBegun(spec, 'redrive it as a whole')
  if (!hasRun) return undefined
  const run = await recoverRun(runtime, spec)
  // One that could not be recovered before has not ended yet.
  if (run.view().settledAt === undefined) return { run, result: run.result }
  try {
    return { run, result: run.redrive(taskId) }
  } catch (thrown) {
    await run[Symbol.asyncDispose]()
    throw thrown
  }
}
