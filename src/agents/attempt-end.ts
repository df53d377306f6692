import type { AgentJob, JobEnd } from '../events/agent-facts.ts'
import type { RunFact } from '../events/facts.ts'
import type { StopReason } from '../../machines/task-context.ts'

/** What the journal of its run says of an attempt. */
export type AttemptEnd =
  | JobEnd
  /** It was cut off with its process, and another one follows. */
  | 'interrupted'
  /** It was at work when its process died. `executor` is who had placed it somewhere, and may still have it there. */
  | { readonly executor: string | undefined }

/** How an attempt ended by the journal of its run. Undefined where there is no such journal, or not its beginning. */
export function attemptEnd(
  facts: readonly RunFact[],
  { taskId, attempt }: Pick<AgentJob, 'taskId' | 'attempt'>,
): AttemptEnd | undefined {
  if (facts[0]?.type !== 'run.created') return undefined
  // One that the journal does not know was granted in the very step that was not written: nobody was asked to begin.
  let end: AttemptEnd = 'undone'
  for (const fact of facts) {
    if (fact.taskId !== taskId || ('attempt' in fact && fact.attempt !== attempt)) continue
    if (fact.type === 'task.dispatched') end = { executor: undefined }
    if (end === 'undone') continue
    if (fact.type === 'task.stopping') end = endFor(fact.reason)
    else if (fact.type === 'task.placed' && typeof end === 'object') end = { executor: fact.executor }
    const over = endIn(fact)
    if (over !== undefined) return over
  }
  return end
}

/** What becomes of an attempt that is being ended for that reason. */
function endFor(reason: StopReason): JobEnd {
  if (reason === 'kill') return 'killed'
  return reason === 'overrun' ? 'overrun' : 'failed'
}

/** How the attempt is over by the fact. Undefined where it is not. */
function endIn(fact: RunFact): AttemptEnd | undefined {
  if (fact.type === 'task.retrying' || fact.type === 'task.failed') return failedBy(fact.failure)
  if (fact.type === 'task.asked' && fact.of === 'failure') return failedBy(fact.failure)
  return endByType[fact.type]
}

const endByType: Readonly<Partial<Record<RunFact['type'], AttemptEnd>>> = {
  'task.completed': 'completed',
  'task.killed': 'killed',
  // Its executor has taken its acceptance back.
  'task.deferred': 'undone',
  'task.interrupted': 'interrupted',
}

function failedBy(failure: { readonly code: string } | undefined): JobEnd {
  return failure?.code === 'ALLOWANCE_EXCEEDED' ? 'overrun' : 'failed'
}
