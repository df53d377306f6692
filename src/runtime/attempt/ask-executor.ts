import { thrownText } from '../../errors/foreign-value.ts'
import type { JsonValue } from '../../events/json-value.ts'
import { attemptIdOf } from '../../executors/attempt.ts'
import { foreign } from '../../executors/foreign-call.ts'
import type { AttemptReport } from '../../ports/executor.ts'
import type { LiveTask } from '../run/live-task.ts'
import { hear, type Reporter } from './hear-report.ts'
import { attemptOf } from './task-attempt.ts'

/**
 * Asks the executor to start the attempt: the effect of `starting`. Does nothing for an attempt that has ended
 * meanwhile.
 */
export function startAttempt(live: LiveTask, number: number): void {
  const { context } = live
  if (context.state !== 'starting' || context.attempt !== number) return
  const attempt = attemptOf(live)
  live.askedAttempt = context.attempt
  try {
    const asked = live.lane.load.executor.start(attempt, heard.bind(attempt))
    if (asked !== undefined) onRejection(asked, (thrown) => failed(attempt, thrown))
  } catch (thrown) {
    failed(attempt, thrown)
  }
}

/** An attempt that an earlier coordinator started, and the handle that its executor noted. */
export interface Adopted {
  readonly live: LiveTask
  readonly handle: JsonValue
}

/** Has the executor take over an attempt of an earlier coordinator. */
export function adoptAttempt({ live, handle }: Adopted, number: number): void {
  if (live.context.state !== 'starting' || live.context.attempt !== number) return
  const attempt = attemptOf(live)
  try {
    const asked: unknown = live.lane.load.executor.adopt?.(attempt, handle, heard.bind(attempt))
    onRejection(asked, (thrown) => failed(attempt, thrown))
  } catch (thrown) {
    failed(attempt, thrown)
  }
}

/** What the executor reports with. Bound, since that is half the size of a closure. */
function heard(this: Reporter, report: AttemptReport): void {
  hear(this, report)
}

/** Tells the executor to end the attempt. An attempt that never reached its executor counts as ended at once. */
export function abortAttempt(live: LiveTask, attempt: number): void {
  const { context } = live
  if (context.state !== 'stopping' || context.attempt !== attempt) return
  if (live.askedAttempt === context.attempt) end(live, 'abort', 'ended')
  else hear({ live, attempt }, { type: 'attempt.ended' })
}

export function forceAttempt(live: LiveTask, attempt: number): void {
  const { context } = live
  if (context.state === 'stopping' && context.attempt === attempt) end(live, 'force', 'forced')
}

export interface Answer {
  readonly live: LiveTask
  readonly attempt: number
  readonly answer: unknown
  /** The place of a question that waits no longer; undefined for an answer that was given. */
  readonly expired: number | undefined
}

export function deliverAnswer({ live, attempt, answer, expired }: Answer): void {
  const { runId, taskId } = live.context
  const { executor } = live.lane.load
  const attemptId = attemptIdOf({ runId, taskId, attempt })
  try {
    const asked: unknown =
      expired === undefined ? executor.answer?.(attemptId, answer) : executor.expire?.(attemptId, expired)
    onRejection(asked, (thrown) => failed({ live, attempt }, thrown))
  } catch (thrown) {
    failed({ live, attempt }, thrown)
  }
}

/** Where this throws, the kill grace goes on. At its end the attempt is forced or abandoned. */
function end(live: LiveTask, by: 'abort' | 'force', being: string): void {
  const attemptId = attemptIdOf(live.context)
  const { attempt } = live.context
  const warn = (thrown: unknown): void => {
    const message = `The executor threw while the attempt was being ${being}: ${thrownText(thrown)}`
    hear({ live, attempt }, { type: 'attempt.warned', message })
  }
  try {
    const asked: unknown = live.lane.load.executor[by]?.(attemptId)
    onRejection(asked, warn)
  } catch (thrown) {
    warn(thrown)
  }
}

function failed(reporter: Reporter, thrown: unknown): void {
  const failure = { code: 'EXECUTOR_THREW', message: `The executor threw: ${thrownText(thrown)}` }
  hear(reporter, { type: 'attempt.failed', failure })
}

/** An executor's methods may be async: what they reject with later is heard as what they throw. */
function onRejection(asked: unknown, heard: (thrown: unknown) => void): void {
  if (foreign.isThenable(asked)) asked.then(undefined, heard)
}
