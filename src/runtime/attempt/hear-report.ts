import type { AnyActorRef } from 'xstate'
import type { Failure } from '../../../machines/outcome.ts'
import type { PendingQuestion } from '../../../machines/task-context.ts'
import { shownValue, thrownText } from '../../errors/foreign-value.ts'
import { attemptIdOf } from '../../executors/attempt.ts'
import { cloneOf } from '../../executors/written-json.ts'
import type { AttemptReport } from '../../ports/executor.ts'
import { backoffMs } from '../../scheduling/backoff.ts'
import type { LiveTask } from '../run/live-task.ts'
import { reportedFailure } from './reported-failure.ts'

/** The attempt that a report is about. */
export interface Reporter {
  readonly live: LiveTask
  readonly attempt: number
}

/** Every report of an executor comes through here. */
export function hear(reporter: Reporter, report: AttemptReport): void {
  reporter.live.run.shared.macrostep.with(takeReport, reporter, report)
}

/**
 * Passes a report on to the task's machine. One that is late, or about an attempt that is over, is dropped here or
 * there.
 */
function takeReport({ live, attempt }: Reporter, given: AttemptReport): void {
  const { run } = live
  if (run.live.get(live.task.index) !== live) return
  const { isolate, kept } = run.shared
  const report = isolate ? isolated(kept?.heard(given) ?? given) : (kept?.heard(given) ?? given)
  const at = run.now
  const source = sourceOf(live, attempt)
  if (live.context.state === 'starting' && attempt === live.context.attempt) hearFirst(live, report)
  switch (report.type) {
    case 'attempt.progress':
    case 'attempt.output':
      pass(live, attempt, report)
      run.sendTask(live, { type: 'attempt.heartbeat', attempt, at }, source)
      return
    case 'attempt.usage':
    case 'attempt.session':
      if (attempt === live.context.attempt) run.shared.agents?.hear(live, report)
      run.sendTask(live, { type: 'attempt.heartbeat', attempt, at }, source)
      return
    case 'attempt.started':
    case 'attempt.heartbeat':
      if (report.type === 'attempt.heartbeat') noteBeat(live, attempt, at)
      run.sendTask(live, { type: report.type, attempt, at }, source)
      return
    case 'attempt.warned':
      run.sendTask(live, { type: report.type, attempt, at, message: asText(report.message) }, source)
      return
    case 'attempt.asked':
      run.sendTask(
        live,
        { type: report.type, attempt, at, question: asText(report.question), pending: pendingOf(report, at) },
        source,
      )
      return
    case 'attempt.rejected':
      run.sendTask(live, { type: report.type, attempt, at, retryAt: retryAt(live, at, undefined) }, source)
      if (live.context.waitingFor === 'capacity') offerAgain(live)
      return
    case 'attempt.failed': {
      const failure = reportedFailure(report.failure, live.context.policy.severity, at)
      const again = retryAt(live, at, failure)
      run.sendTask(live, { type: report.type, attempt, at, failure, retryAt: again }, source)
      return
    }
    case 'attempt.completed':
      run.sendTask(
        live,
        {
          type: report.type,
          attempt,
          at,
          // Of completed attempts, only one that was being ended may be followed by another.
          retryAt: live.context.state === 'stopping' ? retryAt(live, at, undefined) : at,
          output: report.output,
        },
        source,
      )
      return
    case 'attempt.ended':
      run.sendTask(live, { type: report.type, attempt, at, retryAt: retryAt(live, at, undefined) }, source)
  }
}

/** What an attempt returned is its own: the runtime keeps a copy. */
function isolated(report: AttemptReport): AttemptReport {
  if (report.type !== 'attempt.completed') return report
  try {
    return { ...report, output: cloneOf(report.output) }
  } catch (thrown) {
    const message = `The output cannot be cloned, and the runtime isolates its tasks: ${thrownText(thrown)}`
    return { type: 'attempt.failed', failure: { code: 'OUTPUT_NOT_CLONED', message, retryable: false } }
  }
}

/** Inspectors see the report come from the actor that is at work, if there is one, and else from the task itself. */
function sourceOf({ lane, ref, context: { runId, taskId } }: LiveTask, attempt: number): AnyActorRef {
  const { executor } = lane.load
  return executor.actorOf?.(attemptIdOf({ runId, taskId, attempt })) ?? ref
}

/** The first report shows whether the executor has accepted the attempt: it has, unless it is `rejected`. */
function hearFirst(live: LiveTask, { type }: AttemptReport): void {
  if (type === 'attempt.started') live.run.shared.admission.executors.begun(live.lane)
  else if (type === 'attempt.rejected' || type === 'attempt.failed') live.isOfferOnly = true
}

/**
 * The executor has taken its acceptance back: the task goes back to its place in the queue, and the executor is not
 * asked for a while.
 */
function offerAgain(live: LiveTask): void {
  const { queue } = live.run.books
  if (queue.has(live.task.index) || live.run.postpones(live.task.index)) return
  queue.restore(live.task.index)
  queue.close(live.lane.index)
  live.run.shared.admission.executors.takenBack(live.lane)
}

/** No fact tells it, but the run's view shows it. */
function noteBeat({ run, context }: LiveTask, attempt: number, at: number): void {
  if (attempt === context.attempt) run.log.noteSign(context.taskId, attempt, at)
}

function pass(
  live: LiveTask,
  attempt: number,
  report: Extract<AttemptReport, { type: 'attempt.progress' | 'attempt.output' }>,
): void {
  const { context, run } = live
  const isHeard = context.state === 'running' || context.state === 'stalled' || context.state === 'stopping'
  if (!isHeard || attempt !== context.attempt) return
  const { taskId } = context
  if (report.type === 'attempt.output') {
    run.outbox.pass({
      type: 'task.output',
      taskId,
      attempt,
      text: asText(report.text),
      stream: report.stream === 'stdout' || report.stream === 'stderr' ? report.stream : 'log',
      ...(report.isPartial === true ? { isPartial: true as const } : {}),
    })
    return
  }
  const { message } = report
  run.outbox.pass({
    type: 'task.progress',
    taskId,
    attempt,
    percent: percentOf(report.percent),
    ...(message === undefined ? {} : { message: asText(message) }),
  })
}

/** A number from 0 to 100, even for a value computed from a total of 0: facts hold neither NaN nor Infinity. */
function percentOf(value: unknown): number {
  return typeof value === 'number' ? Math.min(100, Math.max(0, value)) || 0 : 0
}

function pendingOf(
  {
    answerWithinMs = Number.POSITIVE_INFINITY,
    defaultAnswer,
  }: Extract<AttemptReport, { type: 'attempt.asked' }>,
  at: number,
): PendingQuestion {
  return { answerBy: at + answerWithinMs, ...(defaultAnswer === undefined ? {} : { defaultAnswer }) }
}

/** Makes a text of whatever a handler or an executor gave for one. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : shownValue(value)
}

/** When the next attempt may start, if there is one. */
function retryAt({ context, task }: LiveTask, at: number, failure: Failure | undefined): number {
  // A report about an attempt that is being ended changes neither why it ends nor what follows.
  const isHeard = context.state !== 'stopping'
  const asked = failure?.retryAfterMs
  if (isHeard && asked !== undefined && asked >= 0) return at + asked
  const { backoff } = task
  const seed = backoff.jitter === 0 ? '' : attemptIdOf(context)
  return at + backoffMs(backoff, Math.max(1, context.attemptsUsed), seed)
}
