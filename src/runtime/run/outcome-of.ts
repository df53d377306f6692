import type { Outcome } from '../../../machines/outcome.ts'
import { isDeadLetter, type TaskContext } from '../../../machines/task-context.ts'
import type { CountsAs } from '../../graph/rules.ts'

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

/** How an outcome counts in the rules of those that depend on the task: one that is blocked has failed, too. */
export function countsAs(outcome: Outcome): CountsAs {
  switch (outcome.status) {
    case 'completed':
      return 'completed'
    case 'failed':
      return outcome.ignored ? 'completed' : 'failed'
    case 'killed':
      return 'failed'
    case 'skipped':
      return outcome.because === 'dependency-failed' ? 'failed' : 'skipped'
  }
}
