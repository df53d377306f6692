import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { GuaranteeNumber } from './guarantee-words.ts'

/** How much a run may use at once. What is not named has no limit. */
export interface Limits {
  /** Slots. */
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  /** Attempts on each executor. */
  readonly capacities: Readonly<Record<string, number>>
}

/** The facts of one run, from the first one on and without gaps, and what they are judged by. */
export interface Judged {
  readonly plan: Plan
  readonly facts: readonly RunFact[]
  readonly limits: Limits
  /** True when no more facts will come: a run that has not ended never will. */
  readonly ended: boolean
}

/** One way in which one guarantee was broken. */
export interface Finding {
  readonly guarantee: GuaranteeNumber
  readonly message: string
  readonly taskId?: TaskId
  readonly seq?: number
}

export type Invariant = (judged: Judged) => readonly Finding[]

export type TaskFact = Extract<RunFact, { taskId: TaskId }>

export function taskOf(plan: Plan, taskId: TaskId): PlannedTask {
  return plan.tasks[plan.indexOf(taskId)!]!
}

export function found(guarantee: GuaranteeNumber, fact: RunFact, message: string): Finding {
  const { seq, taskId } = fact
  return { guarantee, message, seq, ...(taskId === undefined ? {} : { taskId }) }
}
