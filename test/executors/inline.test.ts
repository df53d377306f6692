import { describe, expect, it } from 'vitest'
import { ok, simulated } from '../runtime/watching.ts'
import { expectNothingUnhandled } from './unhandled.ts'

expectNothingUnhandled()

describe('a handler', () => {
  it('is given its inputs, the input of the run, and who it is', async () => {
    const { start } = simulated()
    const { result } = await start(
      {
        a: { run: () => 1 },
        b: {
          needs: ['a'],
          run: ({ inputs, input, runId, taskId, attempt, attemptId }) => ({
            inputs,
            input,
            runId,
            taskId,
            attempt,
            attemptId,
          }),
        },
      },
      { id: 'r', input: { url: 'x' } },
    )
    expect(result?.outputs['b']).toEqual({
      inputs: { a: 1 },
      input: { url: 'x' },
      runId: 'r',
      taskId: 'b',
      attempt: 1,
      attemptId: 'r/b/1',
    })
  })

  it('may take every function out of its context and call it alone', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      a: {
        run: async ({ heartbeat, progress, log, warn, ask }) => {
          heartbeat()
          progress(10, 'begun')
          progress(20)
          log('a line')
          warn('careful')
          return ask('which?')
        },
      },
    })
    expect(watched.types('a').slice(-5)).toEqual([
      'task.progress',
      'task.progress',
      'task.output',
      'task.warned',
      'task.asked',
    ])
    expect(watched.all('task.progress')).toMatchObject([{ percent: 10, message: 'begun' }, { percent: 20 }])
    expect(watched.all('task.output')).toMatchObject([{ text: 'a line', stream: 'log' }])
    expect(watched.all('task.warned')).toMatchObject([{ message: 'careful' }])
    expect(watched.run.why('a').sentence).toBe('a is running and waits for a person to answer: which?')
    watched.run.answer('a', 'this one')
    await wait()
    expect(watched.result?.outputs).toEqual({ a: 'this one' })
    expect(() => watched.run.answer('a', 'again')).toThrow(expect.objectContaining({ code: 'ANSWER_STALE' }))
  })

  it('gets the answers to several questions in the order of the questions', async () => {
    const { start, wait } = simulated()
    const watched = await start({ a: { run: async ({ ask }) => Promise.all([ask('one?'), ask('two?')]) } })
    watched.run.answer('a', 1)
    watched.run.answer('a', 2)
    await wait()
    expect(watched.result?.outputs).toEqual({ a: [1, 2] })
  })

  it('shows signs of work by each of heartbeat, progress, log and warn', async () => {
    for (const sign of ['heartbeat', 'progress', 'log', 'warn'] as const) {
      let show!: () => void
      const { start, wait } = simulated()
      const { types } = await start({
        a: {
          stall: { after: 10 },
          run: (context) =>
            new Promise(() => {
              show = () => {
                if (sign === 'progress') context.progress(1)
                else if (sign === 'heartbeat') context.heartbeat()
                else context[sign]('still here')
              }
            }),
        },
      })
      await wait(10)
      show()
      expect(types('a')).toContain('task.unstalled')
    }
  })

  it.each([
    ['an Error', () => new TypeError('bad type'), 'bad type'],
    ['an Error without a message', () => new RangeError(), 'RangeError'],
    ['a text', () => 'just text', "The handler threw 'just text', which is no Error."],
    ['nothing', () => undefined, 'The handler threw undefined, which is no Error.'],
    ['null', () => null, 'The handler threw null, which is no Error.'],
    ['a number', () => 42, 'The handler threw 42, which is no Error.'],
    ['a BigInt', () => 10n, 'The handler threw [object BigInt], which is no Error.'],
    ['a symbol', () => Symbol('s'), 'The handler threw Symbol(s), which is no Error.'],
    ['an object', () => ({ code: 7 }), 'The handler threw {"code":7}, which is no Error.'],
    ['a cycle', () => cycle(), 'The handler threw [object Object], which is no Error.'],
  ])('that throws %s, at once or later, fails with what it threw', async (_what, made, message) => {
    const { start } = simulated()
    const { result } = await start({
      now: {
        run: () => {
          throw made() as Error
        },
      },
      later: { run: () => Promise.reject(made() as Error) },
    })
    for (const id of ['now', 'later']) {
      expect(result?.outcomes[id]).toMatchObject({
        status: 'failed',
        failure: { code: 'HANDLER_THREW', message, severity: 'error', retryable: true },
      })
    }
  })

  it('keeps the causes of what it throws, eight deep and in spite of circles', async () => {
    const { start } = simulated()
    const circular = new Error('round')
    circular.cause = circular
    const { result } = await start({
      plain: {
        run: () => {
          throw new Error('top', { cause: new TypeError('middle', { cause: 'bottom' }) })
        },
      },
      round: {
        run: () => {
          throw circular
        },
      },
    })
    expect(result?.rootCauses[0]?.failure.cause).toEqual({
      name: 'TypeError',
      message: 'middle',
      cause: { name: 'string', message: "'bottom'" },
    })
    expect(JSON.stringify(result?.rootCauses[1]?.failure.cause).match(/round/g)).toHaveLength(8)
  })

  it.each([
    ['a function', () => ok],
    ['a BigInt', () => 10n],
    ['a cycle', () => cycle()],
    ['undefined', () => undefined],
    ['a class instance', () => new Map([[1, 2]])],
  ])('may return %s: in memory everything can be handed on', async (_what, made) => {
    const output = made()
    const { start } = simulated()
    const { result } = await start({
      a: { run: () => output },
      b: { needs: ['a'], run: ({ inputs }) => inputs['a'] === output },
    })
    expect(result?.outputs['b']).toBe(true)
    expect(result?.outputs['a']).toBe(output)
  })
})

describe('a handler that returns a thenable of its own', () => {
  const settling = (
    then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => void,
  ) => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then,
  })

  it('completes with what it resolves with', async () => {
    const { start } = simulated()
    const { result } = await start({ a: { run: () => settling((resolve) => resolve('mine')) } })
    expect(result?.outputs).toEqual({ a: 'mine' })
  })

  it('also where it is a function', async () => {
    const { start } = simulated()
    const thenable = Object.assign(
      () => 'called',
      settling((resolve) => resolve('awaited')),
    )
    const { result } = await start({ a: { run: () => thenable } })
    expect(result?.outputs).toEqual({ a: 'awaited' })
  })

  it('counts its first settlement alone', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      completes: {
        run: () =>
          settling((resolve, reject) => {
            resolve('first')
            reject(new Error('second'))
            resolve('third')
            throw new Error('fourth')
          }),
      },
      fails: {
        retry: { maxAttempts: 2, backoff: { base: 5 } },
        run: ({ attempt }) =>
          attempt === 2
            ? 'second attempt'
            : settling((resolve, reject) => {
                reject(new Error('first'))
                resolve('late')
              }),
      },
    })
    await wait(5)
    expect(watched.result?.outputs).toEqual({ completes: 'first', fails: 'second attempt' })
    expect(watched.types('completes').filter((type) => type === 'task.completed')).toHaveLength(1)
  })

  it('fails when its then throws', async () => {
    const { start } = simulated()
    const { result } = await start({
      a: {
        run: () =>
          settling(() => {
            throw new Error('no then')
          }),
      },
      b: {
        run: () =>
          // oxlint-disable-next-line unicorn/no-thenable
          Object.defineProperty({}, 'then', {
            get: () => {
              throw new Error('no getter')
            },
          }),
      },
    })
    expect(result?.rootCauses.map(({ failure }) => failure.message)).toEqual(['no then', 'no getter'])
  })
})

function cycle(): object {
  const self: Record<string, unknown> = {}
  self['self'] = self
  return self
}

describe('the signal of an attempt', () => {
  it('may be listened to by as many as a handler likes, without a warning', async () => {
    const warnings: string[] = []
    const warned = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', warned)
    const { start, wait } = simulated()
    const listen = ({ signal }: { readonly signal: AbortSignal }): void => {
      for (let listener = 0; listener < 30; listener++) signal.addEventListener('abort', () => listener)
    }
    await start({ a: { run: listen } })
    await wait()
    process.off('warning', warned)
    expect(warnings).toEqual([])
  })
})
