import {
  attemptIdOf,
  type AttemptReport,
  type Executor,
  type HandlerContext,
  inlineExecutor,
  type Report,
} from 'dagmar'
import { ConformanceError, executorConformance, type ExecutorUnderTest } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { lastingExecutor, type LastingWork, type Place } from './lasting-executor.ts'

type Change = (executor: Executor) => Partial<Executor>

const handlers: ExecutorUnderTest['work'] = {
  completes: (output) => async () => output,
  fails: (message) => async () => {
    throw new Error(message)
  },
  hangs:
    () =>
    ({ signal }: HandlerContext) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
  tells:
    () =>
    ({ inputs, input, runId, taskId, attempt, attemptId }: HandlerContext) => ({
      inputs,
      input,
      runId,
      taskId,
      attempt,
      attemptId,
    }),
  asks:
    (question) =>
    ({ ask }: HandlerContext) =>
      ask(question),
}

const jobs: ExecutorUnderTest['work'] = {
  completes: (output): LastingWork => ({ ends: { type: 'attempt.completed', output } }),
  fails: (message): LastingWork => ({
    ends: { type: 'attempt.failed', failure: { code: 'JOB_FAILED', message } },
  }),
  hangs: (): LastingWork => 'hangs',
}

/** Runs the case with that in its name on an executor that is changed. */
function tryBroken(
  name: string,
  work: ExecutorUnderTest['work'],
  make: () => Executor,
  change: Change,
): Promise<void> {
  const tried = {
    name: 'broken',
    patienceMs: 20,
    work,
    makeExecutor: () => {
      const executor = make()
      return { ...executor, ...change(executor) }
    },
  }
  return executorConformance(tried)
    .find((one) => one.name.includes(name))!
    .run()
}

/** Tells what the executor tells in another way. */
const retelling =
  (retell: (told: AttemptReport, report: Report) => void): Change =>
  (executor) => ({
    start: (attempt, report) => executor.start(attempt, (told) => retell(told, report)),
  })

describe('the conformance suite', () => {
  it.each<[string, string, Change]>([
    [
      'does not tell that it started',
      'then gives its output',
      retelling((told, report) => {
        if (told.type !== 'attempt.started') report(told)
      }),
    ],
    [
      'tells everything twice',
      'then gives its output',
      retelling((told, report) => {
        report(told)
        report(told)
      }),
    ],
    [
      'mixes up the reports',
      'does not mix attempts',
      (executor) => {
        let last: Report | undefined
        return {
          start: (attempt, report) => {
            last = report
            return executor.start(attempt, (told) => last!(told))
          },
        }
      },
    ],
    [
      'goes on after the end',
      'nothing more of an attempt that is over',
      retelling((told, report) => {
        report(told)
        if (told.type === 'attempt.failed') report({ type: 'attempt.heartbeat' })
      }),
    ],
    [
      'gives no failure message',
      'of work that fails',
      retelling((told, report) =>
        report(told.type === 'attempt.failed' ? { ...told, failure: { code: 'X', message: '' } } : told),
      ),
    ],
    ['does not abort', 'that is aborted, however often', () => ({ abort: () => undefined })],
    [
      'throws at unknown attempts',
      'does not know',
      () => ({
        abort: () => {
          throw new Error('who?')
        },
      }),
    ],
    ['has half a capacity', 'declares a capacity', () => ({ capacity: 0.5 })],
    [
      'accepts by chance',
      'whether it accepts',
      () => {
        let asked = 0
        return { accepts: () => asked++ % 2 === 0 }
      },
    ],
    [
      'answers everybody',
      'to no other',
      (executor) => ({
        answer: (_attemptId, given) => {
          for (const task of [1, 2]) executor.answer?.(`run/task-${task}/1`, given)
        },
      }),
    ],
    [
      'loses inputs',
      'hands inputs, input',
      (executor) => ({
        start: (attempt, report) => executor.start({ ...attempt, inputs: {} }, report),
      }),
    ],
    [
      'reads inputs past inputsOf',
      'made when they are read',
      (executor) => ({
        start: (attempt, report) => executor.start({ ...attempt, inputs: attempt.inputs ?? {} }, report),
      }),
    ],
    [
      'changes the attempt that it was given',
      'then gives its output',
      (executor) => ({
        start: (attempt, report) => executor.start(Object.assign(attempt, { mine: true }), report),
      }),
    ],
    [
      'reports what is not JSON',
      'of work that fails',
      retelling((told, report) =>
        report(
          told.type === 'attempt.failed'
            ? { ...told, failure: { ...told.failure, retryAfterMs: Infinity } }
            : told,
        ),
      ),
    ],
  ])('finds an executor that %s', async (_what, name, change) => {
    const tried = tryBroken(name, handlers, inlineExecutor, change)
    await expect(tried).rejects.toThrow(name === 'does not know' ? 'who?' : ConformanceError)
  })

  it.each<[string, string, Change]>([
    [
      'notes what is not JSON',
      'notes handles that are JSON',
      (executor) => ({
        start: (attempt, report) =>
          executor.start(
            { ...attempt, note: (handle) => attempt.note({ handle, at: undefined as never }) },
            report,
          ),
      }),
    ],
    [
      'could reap, but notes nothing',
      'notes handles that are JSON',
      (executor) => ({
        start: (attempt, report) => executor.start({ ...attempt, note: () => undefined }, report),
      }),
    ],
    [
      'does not wait for its handle',
      'tells nothing of an attempt until',
      (executor) => ({
        start: (attempt, report) =>
          executor.start({ ...attempt, note: (handle) => void attempt.note(handle) }, report),
      }),
    ],
    [
      'knows its attempts too late',
      'aborted before its handle is safe',
      (executor) => {
        const known = new Set<string>()
        return {
          start: (attempt, report) =>
            executor.start(attempt, (told) => {
              if (told.type === 'attempt.started') known.add(attemptIdOf(attempt))
              report(told)
            }),
          abort: (attemptId) => (known.has(attemptId) ? executor.abort(attemptId) : undefined),
        }
      },
    ],
    [
      'hushes up that its handle is lost',
      'whose handle cannot be kept',
      (executor) => ({
        start: async (attempt, report) => {
          try {
            await executor.start(attempt, report)
          } catch {
            // Nobody hears of it.
          }
        },
      }),
    ],
    ['reaps nothing', 'ends what an earlier coordinator left', () => ({ reap: async () => undefined })],
    [
      'reaps everything',
      'ends what an earlier coordinator left',
      (executor) => ({
        reap: async (attempt, handle) => {
          for (const job of [1, 2]) await executor.reap!(attempt, { job })
          await executor.reap!(attempt, handle)
        },
      }),
    ],
    ['never says that it has reaped', 'finds nothing to end', () => ({ reap: () => new Promise(() => {}) })],
    [
      'takes every handle for its own',
      'a handle that is none of its own',
      () => ({ reap: async () => undefined }),
    ],
    [
      'starts anew what it should take over',
      'ends it when it is told to',
      (executor) => ({
        adopt: (attempt, _handle, report) =>
          executor.start({ ...attempt, work: jobs.completes('again') }, report),
      }),
    ],
    [
      'makes up an output for what it takes over',
      'ended before it was taken over',
      () => ({
        adopt: (_attempt, _handle, report) => {
          report({ type: 'attempt.started' })
          report({ type: 'attempt.completed', output: 'made up' })
        },
      }),
    ],
    ['says nothing of what is lost', 'that nobody knows', () => ({ adopt: () => undefined })],
  ])('finds an executor with lasting attempts that %s', async (_what, name, change) => {
    const place: Place = new Map()
    await expect(tryBroken(name, jobs, () => lastingExecutor(place), change)).rejects.toThrow(
      ConformanceError,
    )
  })
})
