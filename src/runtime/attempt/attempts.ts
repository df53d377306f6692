import type { Failure } from '../../../machines/outcome.ts'
import type { AttemptReport, ReportedFailure } from '../../ports/executor.ts'
import { backoffMs } from '../../scheduling/backoff.ts'
import { LiveAttempt } from './attempt-of.ts'
import type { LiveTask } from '../run/live-task.ts'

/** Asks the executor to start the attempt: the effect of `starting`. One that is ended again already is never asked for. */
export function startAttempt(live: LiveTask): void {
  const { context } = live
  if (context.state !== 'starting') return
  const { attemptId } = context
  live.startedAttempt = attemptId
  try {
    live.lane.load.executor.start(new LiveAttempt(live), (report) => hear(live, report))
  } catch (thrown) {
    receive(live, { type: 'attempt.failed', attemptId, failure: executorThrew(thrown) })
  }
}

/** Ends the attempt politely; one that never came to its executor is confirmed ended at once. */
export function abortAttempt(live: LiveTask): void {
  const { context } = live
  if (context.state !== 'stopping') return
  const { attemptId } = context
  if (live.startedAttempt !== attemptId) {
    receive(live, { type: 'attempt.ended', attemptId })
    return
  }
  try {
    live.lane.load.executor.abort(attemptId)
  } catch (thrown) {
    // The kill grace goes on: what cannot be ended is forced or given up at its end.
    warn(live, `The executor threw while the attempt was being ended: ${textOf(thrown)}`)
  }
}

export function forceAttempt(live: LiveTask): void {
  const { context } = live
  if (context.state !== 'stopping') return
  try {
    live.lane.load.executor.force?.(context.attemptId)
  } catch (thrown) {
    warn(live, `The executor threw while the attempt was being forced: ${textOf(thrown)}`)
  }
}

export interface Answer {
  readonly live: LiveTask
  readonly attemptId: string
  readonly answer: unknown
}

export function deliverAnswer({ live, attemptId, answer }: Answer): void {
  try {
    live.lane.load.executor.answer?.(attemptId, answer)
  } catch (thrown) {
    receive(live, { type: 'attempt.failed', attemptId, failure: executorThrew(thrown) })
  }
}

/** The door through which executors are heard: not before they have been asked to start the attempt. */
function hear(live: LiveTask, report: AttemptReport): void {
  const isAhead = report.attemptId === live.context.attemptId && report.attemptId !== live.startedAttempt
  if (!isAhead) receive(live, report)
}

function receive(live: LiveTask, report: AttemptReport): void {
  live.run.shared.macrostep.with(takeReport, live, report)
}

/** What comes too late, or for an attempt that is over, ends here or in the machine. */
function takeReport(live: LiveTask, report: AttemptReport): void {
  const { run } = live
  if (run.books.live.get(live.task.index) !== live) return
  const at = run.now
  const { attemptId } = report
  if (keepsAttempt(live, report)) run.shared.admission.kept(live.lane.load)
  switch (report.type) {
    case 'attempt.progress':
    case 'attempt.output':
      pass(live, report)
      run.sendTask(live, { type: 'attempt.heartbeat', attemptId, at })
      return
    case 'attempt.started':
    case 'attempt.heartbeat':
      run.sendTask(live, { type: report.type, attemptId, at })
      return
    case 'attempt.warned':
    case 'attempt.asked':
      run.sendTask(live, { ...report, at })
      return
    case 'attempt.rejected':
      run.sendTask(live, { type: report.type, attemptId, at, retryAt: retryAt(live, at, undefined) })
      if (live.context.waitingFor === 'capacity') offerAgain(live)
      return
    case 'attempt.failed': {
      const failure = completed(live, report.failure, at)
      run.sendTask(live, { ...report, at, failure, retryAt: retryAt(live, at, failure) })
      return
    }
    case 'attempt.completed':
      run.sendTask(live, {
        type: report.type,
        attemptId,
        at,
        // Only one that completes while it is being ended may be followed by another.
        retryAt: live.context.state === 'stopping' ? retryAt(live, at, undefined) : at,
        output: report.output,
      })
      return
    case 'attempt.ended':
      run.sendTask(live, { type: report.type, attemptId, at, retryAt: retryAt(live, at, undefined) })
  }
}

/** What is not given back by the first report of it has been accepted. */
function keepsAttempt({ context }: LiveTask, { type, attemptId }: AttemptReport): boolean {
  const isFirst = context.state === 'starting' && attemptId === context.attemptId
  return isFirst && (type === 'attempt.started' || type === 'attempt.failed')
}

/** The executor took the attempt back after all: the task waits in its old place, the executor is left alone for a while. */
function offerAgain(live: LiveTask): void {
  const { queue } = live.run.books
  if (queue.has(live.task.index)) return
  queue.restore(live.task.index)
  queue.close(live.lane.index)
  live.run.shared.admission.takenBack(live.lane)
}

function pass(
  live: LiveTask,
  report: Extract<AttemptReport, { type: 'attempt.progress' | 'attempt.output' }>,
): void {
  const { context, run } = live
  const isHeard = context.state === 'running' || context.state === 'stalled' || context.state === 'stopping'
  if (!isHeard || report.attemptId !== context.attemptId) return
  const { taskId, attempt } = context
  if (report.type === 'attempt.output') {
    run.outbox.pass({ type: 'task.output', taskId, attempt, text: report.text, stream: report.stream })
    return
  }
  const { percent, message } = report
  run.outbox.pass({
    type: 'task.progress',
    taskId,
    attempt,
    percent,
    ...(message === undefined ? {} : { message }),
  })
}

/** When the next attempt may start, should there be one. */
function retryAt({ context, task }: LiveTask, at: number, failure: Failure | undefined): number {
  // What is reported of an attempt that is being ended does not change why it ended, nor what follows.
  const isHeard = context.state !== 'stopping'
  const asked = failure?.retryAfterMs
  // What is no length of time would be an instant that never comes.
  if (isHeard && asked !== undefined && asked >= 0 && Number.isFinite(asked)) return at + asked
  return at + backoffMs(task.backoff, Math.max(1, context.attemptsUsed), context.attemptId)
}

/** What the executor left open in a failure is filled in from the task. */
function completed({ context }: LiveTask, failure: ReportedFailure, at: number): Failure {
  return {
    ...failure,
    severity: failure.severity ?? context.policy.severity,
    retryable: failure.retryable ?? true,
    at,
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
