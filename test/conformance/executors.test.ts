import { createActor, fromCallback, fromPromise, setup } from 'xstate'
import {
  actorLogicExecutor,
  type AttemptReport,
  type Executor,
  type HandlerContext,
  inlineExecutor,
  logic,
  type LogicContext,
  type Report,
} from 'dagmar'
import { ConformanceError, executorConformance, type ExecutorUnderTest } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'

type Context = HandlerContext

const inline: ExecutorUnderTest = {
  name: 'the inline executor',
  makeExecutor: () => inlineExecutor(),
  work: {
    completes: (output) => async () => output,
    fails: (message) => async () => {
      throw new Error(message)
    },
    hangs:
      () =>
      ({ signal }: Context) =>
        new Promise((_resolve, reject) => {
          const end = (): void => reject(signal.reason as Error)
          if (signal.aborted) end()
          signal.addEventListener('abort', end)
        }),
    breaks: {
      'throws at once': () => () => {
        throw new Error('at once')
      },
      'throws what is no Error': () => () => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw 'just text'
      },
      rejects: () => () => Promise.reject(new Error('later')),
      'rejects with nothing': () => async () => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw undefined
      },
    },
    tells:
      () =>
      ({ inputs, input, runId, taskId, attempt, attemptId }: Context) => ({
        inputs,
        input,
        runId,
        taskId,
        attempt,
        attemptId,
      }),
    ignoresAbort: () => {
      let finish!: () => void
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      return { work: () => finished, finish: () => finish() }
    },
    beats:
      () =>
      async ({ heartbeat, progress, log }: Context) => {
        heartbeat()
        progress(50)
        log('half')
      },
    asks:
      (question) =>
      ({ ask }: Context) =>
        ask(question),
  },
}

const actorLogic: ExecutorUnderTest = {
  name: 'the actor logic executor',
  makeExecutor: () => actorLogicExecutor(),
  makeActor: () => createActor(setup({}).createMachine({ on: { '*': {} } })).start(),
  work: {
    completes: (output) => logic(fromPromise(async () => output)).work,
    fails: (message) => logic(fromPromise(() => Promise.reject(new Error(message)))).work,
    hangs: () => logic(fromCallback(() => undefined)).work,
    breaks: {
      'throws at once': () =>
        logic(
          fromPromise(() => {
            throw new Error('at once')
          }),
        ).work,
      'throws when its context is made': () =>
        logic(
          setup({}).createMachine({
            context: () => {
              throw new Error('no context')
            },
          }),
        ).work,
      'rejects with what is no Error': () =>
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors
        logic(fromPromise(() => Promise.reject('just text'))).work,
      'throws while its input is made': () =>
        logic(
          fromPromise(async ({ input }: { input: string }) => input),
          () => {
            throw new Error('no input')
          },
        ).work,
    },
    tells: () =>
      logic(
        fromPromise(async ({ input }: { input: unknown }) => input),
        (context: LogicContext) => {
          const { inputs, input, runId, taskId, attempt, attemptId } = context
          return { inputs, input, runId, taskId, attempt, attemptId }
        },
      ).work,
    ignoresAbort: () => {
      let finish!: () => void
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      return { work: logic(fromPromise(() => finished)).work, finish: () => finish() }
    },
    beats: () =>
      logic(
        setup({}).createMachine({
          initial: 'a',
          states: { a: { always: 'b' }, b: { after: { 1: 'c' } }, c: { type: 'final' } },
        }),
      ).work,
  },
}

describe.each([inline, actorLogic])('$name', (tried) => {
  for (const { name, run } of executorConformance(tried)) {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect
    it(name, run)
  }
})

describe('the conformance suite', () => {
  const broken = (change: (executor: Executor) => Partial<Executor>): ExecutorUnderTest => ({
    ...inline,
    patienceMs: 20,
    makeExecutor: () => {
      const executor = inlineExecutor()
      return { ...executor, ...change(executor) }
    },
  })

  type Change = (executor: Executor) => Partial<Executor>

  /** Tells what the executor tells in another way. */
  const retelling =
    (retell: (told: AttemptReport, report: Report) => void): Change =>
    (executor) => ({
      start: (attempt, report) => executor.start(attempt, (told) => retell(told, report)),
    })

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
            executor.start(attempt, (told) => last!(told))
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
      'hands inputs',
      (executor) => ({
        start: (attempt, report) => executor.start({ ...attempt, inputs: {} }, report),
      }),
    ],
  ])('finds an executor that %s', async (_what, name, change) => {
    const found = executorConformance(broken(change)).find((one) => one.name.includes(name))!
    await expect(found.run()).rejects.toThrow(name === 'does not know' ? 'who?' : ConformanceError)
  })
})
