import { runInNewContext } from 'node:vm'
import { type Executor, memoryStore, plan, TerminalError } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { byHand, ok, simulated } from './watching.ts'

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function withThrowing(...fields: readonly string[]): Error {
  const error = new Error('it broke')
  for (const field of fields) {
    Object.defineProperty(error, field, {
      get() {
        throw new Error(`no ${field} here`)
      },
    })
  }
  return error
}

/** What user code may throw. A look at most of them runs into an error itself. */
const hostile: readonly (readonly [what: string, value: unknown])[] = [
  ['an error whose message throws', withThrowing('message')],
  ['an error whose stack, cause and name throw', withThrowing('stack', 'cause', 'name')],
  ['a symbol', Symbol('gone')],
  ['a revoked proxy', revoked()],
  ['an object without a prototype', Object.create(null)],
  ['an object whose toString throws', { toString: withThrowing, toJSON: () => withThrowing('x').cause }],
  ['undefined', undefined],
  ['null', null],
  ['a BigInt', 1n],
  ['a function', () => 1],
  ['an error whose message is a symbol', Object.assign(new Error('x'), { message: Symbol('m') })],
  ['an error that is its own cause', Object.assign(new Error('x'), { cause: null })],
]

const raise = (value: unknown) => () => {
  throw value
}

describe.each(hostile)('%s', (_what, value) => {
  it('thrown by a handler, at once or later, is the failure of its attempt', async () => {
    const { start } = simulated()
    const { result } = await start({ now: { run: raise(value) }, later: { run: async () => raise(value)() } })
    expect(result?.rootCauses.map(({ failure }) => failure.code)).toEqual(['HANDLER_THREW', 'HANDLER_THREW'])
  })

  it('thrown by a rule fails its task', async () => {
    const { start } = simulated()
    const { result } = await start({ a: { run: ok }, b: { run: ok, needs: ['a'], when: raise(value) } })
    expect(result?.rootCauses.map(({ failure }) => failure.code)).toEqual(['RULE_THREW'])
  })

  it.each([
    ['at once', raise(value)],
    ['later', (async () => raise(value)()) as unknown as () => never],
  ])('thrown by observers and hooks %s changes nothing of the run', async (_when, observe) => {
    const { runtime, clock } = simulated({ hooks: { 'task.complete': observe } })
    runtime.events$.subscribe(observe)
    const run = runtime.dispatch(plan({ name: 'one', tasks: { a: { run: ok } } }))
    const told: string[] = []
    run.events$.subscribe(observe)
    run.events$.subscribe((fact) => told.push(fact.type))
    await clock.advanceAsync(0)
    expect((await run.result).status).toBe('completed')
    expect(told.filter((type) => type === 'observer.failed')).toHaveLength(3)
  })

  it.each(['start', 'accepts'] as const)('thrown by an executor in %s fails the attempt', async (method) => {
    const hand = { start: raise(value), abort: raise(value), [method]: raise(value) } as unknown as Executor
    const { start } = simulated({ executors: { hand } })
    const { result } = await start({ a: { run: byHand } })
    expect(result?.rootCauses.map(({ failure }) => failure.code)).toEqual(['EXECUTOR_THREW'])
  })

  it('thrown by an executor that ends an attempt is warned of, and the kill goes on', async () => {
    const hand: Executor = {
      start: (_attempt, report) => report({ type: 'attempt.started' }),
      abort: raise(value),
    }
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    void watched.run.kill()
    await wait(60_000)
    expect(watched.types('a')).toContain('task.warned')
    expect(watched.result?.status).toBe('killed')
  })

  it('thrown by a store, at once or later, or given as its answer, fails the run', async () => {
    for (const append of [
      raise(value),
      async () => raise(value)(),
      async () => [value ?? new Error('no')] as never,
    ]) {
      const { start } = simulated({ store: { ...memoryStore(), append } })
      const { result } = await start({ a: { run: ok } })
      expect(result?.failure?.code).toBe('STORE_FAILED')
    }
  })
})

describe('an error of another realm', () => {
  it('is an error: its message is the failure', async () => {
    const { start } = simulated()
    const { result } = await start({ a: { run: raise(runInNewContext("new TypeError('from afar')")) } })
    expect(result?.rootCauses[0]?.failure).toMatchObject({ code: 'HANDLER_THREW', message: 'from afar' })
  })
})

describe('a TerminalError of another copy of the package', () => {
  it('is known as one', async () => {
    class Copied extends Error {}
    const kind = Object.getOwnPropertySymbols(TerminalError.prototype)[0]!
    Object.defineProperty(Copied.prototype, kind, { value: 'terminal' })
    const { start } = simulated()
    const { result } = await start({ a: { run: raise(new Copied('enough')), retry: { maxAttempts: 5 } } })
    expect(result?.outcomes['a']).toMatchObject({
      status: 'failed',
      failure: { code: 'TERMINAL', retryable: false },
    })
  })
})
