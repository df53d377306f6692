import { untilIn } from '../../events/facts.ts'
import type { Run } from '../run/run.ts'

/** True for a task that asks a person whether it may start, and has not been told yes: it does so before its first attempt. */
export function asksFirst({ plan, books }: Run, index: number): boolean {
  const isAsking = plan.tasks[index]!.confirm !== undefined && !books.confirmed.has(index)
  return isAsking && books.attempts[index] === 0
}

/**
 * Asks whether the task may start, whose rule is met. It is not queued, and has no actor, before the answer is yes. A
 * recovered run asks again, with the `until` that it has told.
 */
export function askFirst(run: Run, index: number, causeSeq: number, until?: number): void {
  const { id: taskId, confirm, policy } = run.plan.tasks[index]!
  const { question, defaultAnswer } = confirm!
  const answerBy = until ?? run.now + policy.answerWithinMs
  const isLimited = answerBy !== Number.POSITIVE_INFINITY
  run.books.asked.add(index)
  run.books.deadlines.set(index, Math.max(run.now, answerBy))
  run.books.lastSeq[index] = run.tell({
    type: 'task.asked',
    taskId,
    attempt: 0,
    of: 'confirm',
    question,
    ...untilIn(answerBy),
    ...(isLimited || defaultAnswer !== undefined ? { defaultAnswer: defaultAnswer ?? 'no' } : {}),
    causeSeq,
  })
}
