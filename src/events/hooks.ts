import type { Observable, Subscription } from 'rxjs'
import type { Fact, RunFact } from './facts.ts'

/** Functions that are called as tasks settle. A hook that throws is isolated like any observer. */
export interface Hooks {
  /** A task completed. */
  readonly 'task.complete'?: (fact: Extract<RunFact, { type: 'task.completed' }>) => void
  /** A task failed, with no attempt left, or was killed. */
  readonly 'task.abort'?: (fact: Extract<RunFact, { type: 'task.failed' | 'task.killed' }>) => void
}

/** Calls the hooks for the facts of one run. Returns the subscription. */
export function subscribeHooks(events$: Observable<Fact>, hooks: Hooks): Subscription {
  return events$.subscribe((fact) => {
    if (fact.type === 'task.completed') hooks['task.complete']?.(fact)
    else if (fact.type === 'task.failed' || fact.type === 'task.killed') hooks['task.abort']?.(fact)
  })
}
