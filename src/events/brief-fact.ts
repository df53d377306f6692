import type { PlannedTask } from '../graph/plan.ts'
import type { RunFact } from './facts.ts'

/** What every task tells that completes at its first attempt. */
export const brief = { ready: 0, dispatched: 1, starting: 2, started: 3, completed: 4 } as const

/** A task's index and one of the kinds in one number. The fact is made of it when somebody looks. */
export type BriefFact = number

export function briefOf(index: number, kind: (typeof brief)[keyof typeof brief]): BriefFact {
  return index * 8 + kind
}

/** Whose brief facts they are. */
export interface BriefSource {
  readonly runId: string
  readonly tasks: readonly PlannedTask[]
}

/**
 * The fact that a brief one stands for. `more` is what it says beyond its task and its kind: the cause of `task.ready`,
 * the output of `task.completed`.
 */
export function factOf(
  { runId, tasks }: BriefSource,
  told: BriefFact,
  seq: number,
  at: number,
  more: unknown,
): RunFact {
  const { id: taskId, executor, policy } = tasks[told >> 3]!
  const attempt = 1
  switch (told & 7) {
    case brief.ready:
      return { seq, at, runId, type: 'task.ready', taskId, causeSeq: more as number }
    case brief.dispatched:
      return { seq, at, runId, type: 'task.dispatched', taskId, attempt, executor }
    case brief.starting: {
      const until = at + policy.startTimeoutMs
      return until === Number.POSITIVE_INFINITY
        ? { seq, at, runId, type: 'task.starting', taskId, attempt }
        : { seq, at, runId, type: 'task.starting', taskId, attempt, until }
    }
    case brief.started:
      return { seq, at, runId, type: 'task.started', taskId, attempt }
    default:
      return { seq, at, runId, type: 'task.completed', taskId, attempt, output: more }
  }
}
