import type { Outcome } from '../../../machines/outcome.ts'
import { isDeadLetter, type TaskContext } from '../../../machines/task-context.ts'

/** The outcome of a task whose actor has reached a final state. */
export function outcomeOf(context: TaskContext): Outcome {
  const { abandoned } = context
  if (context.state === 'completed') return { status: 'completed', output: context.output }
  if (context.state === 'killed') return { status: 'killed', reason: context.killReason, abandoned }
  const failure = context.failure!
  return {
    status: 'failed',
    failure,
    deadLettered: isDeadLetter(context),
    ignored: context.ignored,
    abandoned,
  }
}
