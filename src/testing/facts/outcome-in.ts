import type { Outcome } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'

/** How the fact settles its task, if it does. */
export function outcomeIn(fact: RunFact): Outcome | undefined {
  if (fact.type === 'task.completed') return { status: 'completed', output: fact.output }
  if (fact.type === 'task.skipped') return { status: 'skipped', because: fact.because }
  if (fact.type === 'task.killed') return { status: 'killed', reason: fact.reason, abandoned: fact.abandoned }
  if (fact.type !== 'task.failed') return undefined
  const { failure, deadLettered, ignored, abandoned } = fact
  return { status: 'failed', failure, deadLettered, ignored, abandoned }
}
