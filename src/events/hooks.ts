import type { Observable, Subscription } from 'rxjs'
import { badValue, readFields } from '../graph/read-values.ts'
import type { Fact, RunFact } from './facts.ts'
import { readStream } from './isolated.ts'

/** Functions that are called as tasks settle. A hook that throws, or rejects, is isolated like any observer. */
export interface Hooks {
  /** A task completed. */
  readonly 'task.complete'?: (fact: Extract<RunFact, { type: 'task.completed' }>) => void
  /** A task failed, with no attempt left, or was killed. */
  readonly 'task.abort'?: (fact: Extract<RunFact, { type: 'task.failed' | 'task.killed' }>) => void
}

const hookNames: Readonly<Record<keyof Hooks, true>> = { 'task.complete': true, 'task.abort': true }
const known: ReadonlySet<string> = new Set(Object.keys(hookNames))

/**
 * Returns the hooks after checking them. Throws `CONFIG_INVALID` for an unknown name, and for a hook that is no
 * function.
 */
export function readHooks(hooks: Hooks): Hooks {
  for (const [name, hook] of Object.entries(readFields(hooks, 'hooks', known))) {
    if (hook !== undefined && typeof hook !== 'function')
      throw badValue(`hooks["${name}"]`, hook, 'a function')
  }
  return hooks
}

/** Calls the hooks for the facts of one run. Returns the subscription. Throws `CONFIG_INVALID` for bad hooks. */
export function subscribeHooks(events$: Observable<Fact>, hooks: Hooks): Subscription {
  readStream(events$)
  readHooks(hooks)
  // What an async hook returns is handed on, so that its rejection is noticed.
  return events$.subscribe((fact) => {
    if (fact.type === 'task.completed') return hooks['task.complete']?.(fact)
    if (fact.type === 'task.failed' || fact.type === 'task.killed') return hooks['task.abort']?.(fact)
    return undefined
  })
}
