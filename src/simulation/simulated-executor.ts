import { thrownText } from '../errors/foreign-value.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { attemptIdOf } from '../executors/attempt.ts'
import type { Attempt, Executor, Report } from '../ports/executor.ts'
import type { Clock, TimerId } from '../time/clock.ts'
import type { DurationOf } from './durations.ts'
import type { LimitBooks } from './limits.ts'
import type { Recorder } from './recorder.ts'

export interface SimulatedExecutorOptions {
  readonly clock: Clock
  readonly durationOf: DurationOf
  /** Whether chance makes the attempt fail. */
  readonly fails: (index: number, attempt: number) => boolean
  readonly books: LimitBooks
  readonly recorder: Recorder
  /** Called when a duration is bad, or when the run would never end. Nothing starts after that. */
  readonly giveUp: (error: DagmarError) => void
}

/** A task that has failed this often is assumed to fail for ever. */
const mostAttempts = 10_000

/**
 * An executor whose attempts start at once, take the given time, and end at once when they are told to. The work of
 * each task is its index in the plan.
 */
export function simulatedExecutor(options: SimulatedExecutorOptions, capacity: number | undefined): Executor {
  const live = new Map<string, (how: 'ended') => void>()
  return {
    ...(capacity === undefined ? {} : { capacity }),
    start(attempt, report) {
      const durationMs = durationOrError(attempt, options)
      if (typeof durationMs === 'number') begin(attempt, report, { ...options, live, durationMs })
      else options.giveUp(durationMs)
    },
    abort(attemptId) {
      live.get(attemptId)?.('ended')
    },
  }
}

interface Stage extends SimulatedExecutorOptions {
  readonly live: Map<string, (how: 'ended') => void>
  readonly durationMs: number
}

function begin(tried: Attempt, report: Report, stage: Stage): void {
  const { attempt, work, agent } = tried
  const attemptId = attemptIdOf(tried)
  const { clock, books, recorder, live, durationMs, fails } = stage
  const index = work as number
  const startAt = clock.now()
  books.hold(index, startAt, agent)
  const end = (how: 'completed' | 'failed' | 'ended'): void => {
    const endAt = clock.now()
    live.delete(attemptId)
    clock.clearTimeout(timer)
    books.free(index, endAt, agent)
    recorder.note(index, { startAt, endAt, how, ...(agent === undefined ? {} : { agent }) })
    switch (how) {
      case 'completed':
        return report({ type: 'attempt.completed', output: undefined })
      case 'failed': {
        const message = 'Chance let the attempt fail, as the failure rate asks for.'
        return report({ type: 'attempt.failed', failure: { code: 'SIMULATED_FAILURE', message } })
      }
      case 'ended':
        return report({ type: 'attempt.ended' })
    }
  }
  live.set(attemptId, end)
  const timer: TimerId = clock.setTimeout(
    () => end(fails(index, attempt) ? 'failed' : 'completed'),
    durationMs,
  )
  report({ type: 'attempt.started' })
}

function durationOrError({ taskId, attempt, work }: Attempt, { durationOf }: SimulatedExecutorOptions) {
  if (attempt > mostAttempts) {
    return new DagmarError('CONFIG_INVALID', {
      message: `The simulation goes on for ever: ${taskId} has failed ${mostAttempts} times, and is tried again.`,
      hint: 'Give the task a bound on its attempts (retry.maxAttempts), or a lower failure rate.',
      facts: { taskId },
    })
  }
  try {
    return durationOf(work as number, attempt)
  } catch (thrown) {
    if (thrown instanceof DagmarError) return thrown
    return new DagmarError('CONFIG_INVALID', {
      message: `durations('${taskId}', ${attempt}) threw: ${thrownText(thrown)}`,
      facts: { taskId },
      cause: thrown,
    })
  }
}
