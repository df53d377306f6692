import { createActor, fromCallback, fromPromise, setup } from 'xstate'
import { actorLogicExecutor, type HandlerContext, inlineExecutor, logic, type LogicContext } from 'dagmar'
import { executorConformance, type ExecutorUnderTest } from 'dagmar/testing'
import { beforeEach, describe, it } from 'vitest'
import { lastingExecutor, type LastingWork, type Place } from './lasting-executor.ts'

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

let place: Place = new Map()

const lasting: ExecutorUnderTest = {
  name: 'an executor whose attempts survive it',
  makeExecutor: () => lastingExecutor(place),
  work: {
    completes: (output): LastingWork => ({ ends: { type: 'attempt.completed', output } }),
    fails: (message): LastingWork => ({
      ends: { type: 'attempt.failed', failure: { code: 'JOB_FAILED', message } },
    }),
    hangs: (): LastingWork => 'hangs',
    ignoresAbort: () => {
      let finish!: () => void
      const endsWhen = new Promise<void>((resolve) => {
        finish = resolve
      })
      return { work: { endsWhen } satisfies LastingWork, finish: () => finish() }
    },
  },
}

describe.each([inline, actorLogic, lasting])('$name', (tried) => {
  beforeEach(() => {
    place = new Map()
  })

  for (const { name, run } of executorConformance(tried)) {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect
    it(name, run)
  }
})
