import type { TaskId } from '../../../machines/outcome.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'

/** A run that is shown, be it in this process or elsewhere. The handle of a run is one. */
export interface WatchedRun {
  readonly plan: Pick<Plan, 'name' | 'structure'>
  why(taskId: TaskId): Explanation
  story(taskId: TaskId): readonly RunFact[]
  /** Resolves when its end is confirmed. */
  kill(taskId: TaskId, options: { readonly reason: string }): Promise<void>
  /** Throws, or rejects with, `ANSWER_STALE` where nobody is asked any more. */
  answer(taskId: TaskId, answer: unknown): void | Promise<void>
}
