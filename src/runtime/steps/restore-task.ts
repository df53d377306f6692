import { dueAt, holdsSlot, never, type RestoredTask } from '../../../machines/task-context.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { abortAttempt } from '../attempt/ask-executor.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'
import type { TaskPast } from '../run/run-past.ts'
import { spawnTask } from '../run/spawn-task.ts'

/**
 * Gives a task that had been taken up an actor again. Tells that a live attempt was interrupted, and asks an open
 * question again.
 */
export function restoreTask(run: Run, task: PlannedTask, of: TaskPast, causeSeq: number): void {
  const { books, now } = run
  const { id: taskId, index } = task
  const { attempt, attemptsUsed, failure, questions } = of.view
  if (of.standing === 'live') {
    // Before the actor exists, because a draining run kills it at once.
    books.lastSeq[index] = run.tell({ type: 'task.interrupted', taskId, attempt, causeSeq })
  }
  const restored = restoredOf(of, { attempt, attemptsUsed, failure }, task, now)
  if (restored === undefined) return
  const live = spawnTask(run, task, books.lanes[books.queue.laneOf(index)]!, restored)
  // An instant that has passed is due now, and does not count as late.
  books.deadlines.set(index, Math.max(now, dueAt(live.context)))
  run.slotChanged(live, holdsSlot(live.context.state))
  if (of.standing === 'stopping') run.outbox.urgentEffect(abortAttempt, live, attempt)
  if (of.standing === 'asking') askAgain(live, questions[0]!, causeSeq)
}

type Kept = Pick<RestoredTask, 'attempt' | 'attemptsUsed' | 'failure'>

function restoredOf(
  { standing, view, stopping }: TaskPast,
  kept: Kept,
  task: PlannedTask,
  now: number,
): RestoredTask | undefined {
  switch (standing) {
    case 'pending':
    case 'ready':
    case 'settled':
    case 'decided':
      return undefined
    case 'live':
      return {
        ...kept,
        attemptsUsed: kept.attemptsUsed - 1,
        state: 'dispatched',
        waitingFor: 'grant',
        retryAt: never,
      }
    case 'waiting':
      return { ...kept, state: 'dispatched', waitingFor: 'grant', retryAt: never }
    case 'asking':
      return { ...kept, state: 'dispatched', waitingFor: 'answer', retryAt: never }
    case 'retrying':
      return { ...kept, state: 'dispatched', waitingFor: 'retry', retryAt: view.until! }
    case 'stopping':
    case 'abandoned': {
      const forceAt = standing === 'abandoned' ? now : now + task.policy.killGraceMs
      const { reason: stopReason, killReason = '' } = stopping!
      return { ...kept, state: 'stopping', waitingFor: undefined, stopReason, killReason, forceAt }
    }
  }
}

/** Asks again, because those who were asked may have gone with the coordinator. */
function askAgain(live: LiveTask, question: string, causeSeq: number): void {
  const { run, context } = live
  if (run.dagContext.state !== 'running' && run.dagContext.state !== 'paused') return
  const { taskId, attempt, failure } = context
  run.tellTask(live, {
    type: 'task.asked',
    taskId,
    attempt,
    of: 'failure',
    question,
    ...(failure === undefined ? {} : { failure }),
    causeSeq,
  })
}
