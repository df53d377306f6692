import type { Attempt, AttemptReport, Executor, Report } from '../../ports/executor.ts'
import { attemptIdOf } from '../../executors/attempt.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import type { StrayReport } from '../any/any-stray.ts'
import type { AttemptScript } from './attempt-script.ts'

/** What an executor saw of an attempt: the request to start it, and its end. */
export interface AttemptMark {
  readonly type: 'attempt began' | 'attempt ended'
  readonly attemptId: string
  readonly runId: string
  readonly taskId: string
  readonly at: number
}

export interface ScriptedExecutorOptions {
  readonly clock: Clock
  /** How the attempt goes; the work of the task is the list of its scripts. */
  readonly capacity?: number
  readonly accepts?: (carrying: number) => boolean
  readonly canForce: boolean
  readonly mark: (mark: AttemptMark) => void
}

interface LiveAttempt {
  readonly script: AttemptScript
  readonly say: Report
  readonly timers: Set<TimerId>
  readonly end: (report: AttemptReport) => void
  isOver: boolean
  isWaiting: boolean
  ownEnd: (() => void) | undefined
}

/** An executor whose attempts go by a script on a simulated clock, and which also tells what nobody should believe. */
export interface ScriptedExecutor extends Executor {
  /** Tells something of an attempt that is over. */
  stray(runId: string, taskId: string, stray: StrayReport): void
}

export function scriptedExecutor(options: ScriptedExecutorOptions): ScriptedExecutor {
  const live = new Map<string, LiveAttempt>()
  const goOn = (attemptId: string): void => {
    const attempt = live.get(attemptId)
    if (attempt === undefined || attempt.isOver) return
    attempt.isWaiting = false
    attempt.ownEnd?.()
  }
  return {
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    ...(options.accepts === undefined ? {} : { accepts: options.accepts }),
    start(attempt, report) {
      begin(attempt, report, live, options)
    },
    abort(attemptId) {
      const attempt = live.get(attemptId)
      if (attempt === undefined || attempt.isOver) return
      const { onAbort } = attempt.script
      if (onAbort === 'ignore') return
      const report: AttemptReport =
        onAbort === 'complete' ? { type: 'attempt.completed', output: 'too late' } : { type: 'attempt.ended' }
      after(attempt, options.clock, onAbort === 'complete' ? 1 : onAbort, () => attempt.end(report))
    },
    ...(options.canForce
      ? {
          force(attemptId: string) {
            const attempt = live.get(attemptId)
            if (attempt === undefined || attempt.isOver || attempt.script.onForce === 'ignore') return
            after(attempt, options.clock, attempt.script.onForce, () =>
              attempt.end({ type: 'attempt.ended' }),
            )
          },
        }
      : {}),
    answer: goOn,
    expire: goOn,
    stray(runId, taskId, { attempt, type }) {
      const own = live.get(attemptIdOf({ runId, taskId, attempt }))
      // What is live may speak for itself: only what is over is a stray.
      if (own?.isOver === true) own.say(strayReport(type))
    },
  }
}

function begin(
  attempt: Attempt,
  say: Report,
  live: Map<string, LiveAttempt>,
  options: ScriptedExecutorOptions,
): void {
  const { runId, taskId } = attempt
  const attemptId = attemptIdOf(attempt)
  const { clock } = options
  const scripts = attempt.work as readonly AttemptScript[]
  const script = scripts[Math.min(attempt.attempt, scripts.length) - 1]!
  const mark = (type: AttemptMark['type']): void =>
    options.mark({ type, attemptId, runId, taskId, at: clock.now() })
  const own: LiveAttempt = {
    script,
    say,
    timers: new Set(),
    isOver: false,
    isWaiting: false,
    ownEnd: undefined,
    end: (report) => {
      if (own.isOver) return
      own.isOver = true
      for (const timer of own.timers) clock.clearTimeout(timer)
      mark('attempt ended')
      say(report)
    },
  }
  live.set(attemptId, own)
  mark('attempt began')
  // Nobody is rejected, thrown at or left waiting for ever: the fourth attempt starts.
  const start = typeof script.start === 'string' && attempt.attempt > 3 ? 0 : script.start
  switch (start) {
    case 'throw':
      own.isOver = true
      mark('attempt ended')
      throw new Error('the executor broke')
    case 'reject':
      after(own, clock, 2, () => own.end({ type: 'attempt.rejected' }))
      return
    case 'never':
      return
    default: {
      const go = (): void => {
        if (own.isOver) return
        if (start === 0) started(attemptId, own, clock)
        else after(own, clock, start, () => started(attemptId, own, clock))
      }
      const safe = script.places ? attempt.note({ script: attempt.attempt }) : undefined
      if (safe === undefined) go()
      else void safe.then(go)
    }
  }
}

function started(attemptId: string, own: LiveAttempt, clock: Clock): void {
  const { script, say } = own
  say({ type: 'attempt.started' })
  if (script.uses !== undefined) say({ type: 'attempt.usage', usage: { inputTokens: script.uses } })
  for (const beat of script.beats) after(own, clock, beat, () => say({ type: 'attempt.heartbeat' }))
  if (script.warns !== undefined) {
    after(own, clock, script.warns, () => say({ type: 'attempt.warned', message: 'careful' }))
  }
  if (script.asks !== undefined) {
    after(own, clock, script.asks, () => {
      own.isWaiting = true
      const { asksWithin: answerWithinMs } = script
      const limit = answerWithinMs === undefined ? {} : { answerWithinMs, defaultAnswer: 'perhaps' }
      say({ type: 'attempt.asked', question: 'really?', ...limit })
    })
  }
  const { end } = script
  if (end === 'never') return
  after(own, clock, end.after, () => {
    const finish = (): void => own.end(ending(attemptId, end.how))
    if (own.isWaiting) own.ownEnd = finish
    else finish()
  })
}

function ending(attemptId: string, how: 'complete' | 'fail' | 'terminal' | 'retry-after'): AttemptReport {
  if (how === 'complete') return { type: 'attempt.completed', output: `output of ${attemptId}` }
  const failure = { code: 'SCRIPTED', message: `the script says ${how}` }
  if (how === 'terminal') return { type: 'attempt.failed', failure: { ...failure, retryable: false } }
  if (how === 'retry-after') return { type: 'attempt.failed', failure: { ...failure, retryAfterMs: 33 } }
  return { type: 'attempt.failed', failure }
}

function strayReport(type: StrayReport['type']): AttemptReport {
  switch (type) {
    case 'completed':
      return { type: 'attempt.completed', output: 'stray' }
    case 'failed':
      return { type: 'attempt.failed', failure: { code: 'STRAY', message: 'stray' } }
    case 'started':
      return { type: 'attempt.started' }
    case 'rejected':
      return { type: 'attempt.rejected' }
    case 'heartbeat':
      return { type: 'attempt.heartbeat' }
    case 'ended':
      return { type: 'attempt.ended' }
  }
}

function after(own: LiveAttempt, clock: Clock, ms: number, act: () => void): void {
  if (own.isOver) return
  const timer = clock.setTimeout(() => {
    own.timers.delete(timer)
    act()
  }, ms)
  own.timers.add(timer)
}
