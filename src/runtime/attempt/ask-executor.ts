import { attemptIdOf } from '../../executors/attempt.ts'
import type { ReportedFailure } from '../../ports/executor.ts'
import type { LiveTask } from '../run/live-task.ts'
import { hear } from './hear-report.ts'
import { TaskAttempt } from './task-attempt.ts'

/**
 * Asks the executor to start the attempt: the effect of `starting`. Does nothing for an attempt that has ended
 * meanwhile.
 */
export function startAttempt(live: LiveTask): void {
  const { context } = live
  if (context.state !== 'starting') return
  const attempt = new TaskAttempt(live)
  live.askedAttempt = context.attempt
  try {
    live.lane.load.executor.start(attempt, (report) => hear(attempt, report))
  } catch (thrown) {
    hear(attempt, { type: 'attempt.failed', failure: executorThrew(thrown) })
  }
}

/** Tells the executor to end the attempt. An attempt that never reached its executor counts as ended at once. */
export function abortAttempt(live: LiveTask): void {
  const { context } = live
  if (context.state !== 'stopping') return
  if (live.askedAttempt !== context.attempt) {
    hear({ live, attempt: context.attempt }, { type: 'attempt.ended' })
    return
  }
  try {
    live.lane.load.executor.abort(attemptIdOf(context))
  } catch (thrown) {
    // The kill grace goes on. At its end the attempt is forced or abandoned.
    warn(live, `The executor threw while the attempt was being ended: ${textOf(thrown)}`)
  }
}

export function forceAttempt(live: LiveTask): void {
  const { context } = live
  if (context.state !== 'stopping') return
  try {
    live.lane.load.executor.force?.(attemptIdOf(context))
  } catch (thrown) {
    warn(live, `The executor threw while the attempt was being forced: ${textOf(thrown)}`)
  }
}

export interface Answer {
  readonly live: LiveTask
  readonly attempt: number
  readonly answer: unknown
}

export function deliverAnswer({ live, attempt, answer }: Answer): void {
  const { runId, taskId } = live.context
  try {
    live.lane.load.executor.answer?.(attemptIdOf({ runId, taskId, attempt }), answer)
  } catch (thrown) {
    hear({ live, attempt }, { type: 'attempt.failed', failure: executorThrew(thrown) })
  }
}

function executorThrew(thrown: unknown): ReportedFailure {
  return { code: 'EXECUTOR_THREW', message: `The executor threw: ${textOf(thrown)}` }
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function warn(live: LiveTask, message: string): void {
  const { taskId, attempt } = live.context
  live.run.tellTask(live, { type: 'task.warned', taskId, attempt, message })
}
