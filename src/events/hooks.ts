import type { Observable, Subscription } from 'rxjs'
import type { Fact, RunFact } from './facts.ts'

/** Called as tasks settle. A hook that throws is isolated as any observer is. */
export interface Hooks {
  /** A task completed. */
  readonly 'task.complete'?: (fact: Extract<RunFact, { type: 'task.completed' }>) => void
  /** A task failed for good or was killed. */
  readonly 'task.abort'?: (fact: Extract<RunFact, { type: 'task.failed' | 'task.killed' }>) => void
}

/** Plain subscriptions to a run's facts, by the names of the hooks. */
export function subscribeHooks(events$: Observable<Fact>, hooks: Hooks): Subscription {
  return events$.subscribe((fact) => {
    if (fact.type === 'task.completed') hooks['task.complete']?.(fact)
    else if (fact.type === 'task.failed' || fact.type === 'task.killed') hooks['task.abort']?.(fact)
  })
}
