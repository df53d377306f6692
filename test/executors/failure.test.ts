import { dag, logic, type ReportedFailure, RetryAfterError, TerminalError } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { fromPromise, setup } from 'xstate'
import { simulated } from '../runtime/watching.ts'
import { expectNothingUnhandled } from './unhandled.ts'

expectNothingUnhandled()

async function failureOf(run: () => unknown): Promise<ReportedFailure> {
  const { start } = simulated()
  const { result } = await start({ a: { run } })
  return result!.rootCauses[0]!.failure
}

/** The places in a stack, as paths. */
function placesIn({ stack = '' }: ReportedFailure): readonly string[] {
  return stack.split('\n').filter((line) => /^\s+at /.test(line))
}

describe('the stack of a failure', () => {
  const breaks = (): never => {
    throw new Error('it broke')
  }

  it.each<[string, () => unknown]>([
    ['throws', () => breaks()],
    ['throws before it waits', async () => breaks()],
    [
      'throws after it has waited',
      async () => {
        await Promise.resolve()
        breaks()
      },
    ],
    // oxlint-disable-next-line unicorn/no-thenable
    ['returns what throws when it is awaited', () => ({ then: () => breaks() })],
    [
      'returns what throws when it is looked at',
      () =>
        // oxlint-disable-next-line unicorn/no-thenable
        Object.defineProperty({}, 'then', { get: () => breaks() }),
    ],
  ])('ends where the handler does: one that %s', async (_, run) => {
    const places = placesIn(await failureOf(run))
    expect(places.length).toBeGreaterThan(0)
    for (const place of places) expect(place).toMatch(/failure\.test\.ts|node:internal/)
  })

  it.each([
    ['a promise', logic(fromPromise(() => breaks()))],
    ['a machine that breaks at once', logic(setup({}).createMachine({ context: () => breaks() }))],
    ['a machine that breaks when it starts', logic(setup({}).createMachine({ entry: () => breaks() }))],
    [
      'an input',
      logic(
        fromPromise(async () => 1),
        () => breaks(),
      ),
    ],
  ])('ends where XState does: %s', async (_, work) => {
    const { result } = await simulated().start(dag('logic').task('a', work))
    const places = placesIn(result!.rootCauses[0]!.failure)
    expect(places.length).toBeGreaterThan(0)
    for (const place of places) expect(place).toMatch(/failure\.test\.ts|node_modules\/xstate|node:internal/)
  })

  it('is left as it is where it is no stack of frames', async () => {
    const failure = await failureOf(() => {
      throw Object.assign(new Error('odd'), { stack: 'at home' })
    })
    expect(failure.stack).toBe('at home')
    const none = await failureOf(() => {
      throw Object.assign(new Error('odd'), { stack: 7 })
    })
    expect(none).not.toHaveProperty('stack')
  })
})

describe('a failure', () => {
  const throwing = (thrown: unknown) => () => {
    throw thrown
  }
  const revoked = Proxy.revocable(new Error('gone'), {})
  revoked.revoke()
  const getter = (field: string): Error =>
    Object.defineProperty(new Error('m'), field, {
      get: () => {
        throw new Error('no')
      },
    })

  it.each<[string, unknown]>([
    ['a symbol as message', Object.assign(new Error('m'), { message: Symbol('s') })],
    ['an object as name', Object.assign(new Error(''), { name: { a: 1 } })],
    ['a message that throws', getter('message')],
    ['a stack that throws', getter('stack')],
    ['a cause that throws', getter('cause')],
    ['a cause that is odd', new Error('m', { cause: { name: 1n } })],
    ['causes with odd fields', new Error('m', { cause: Object.assign(new Error('c'), { name: 7 }) })],
    ['a revoked proxy', revoked.proxy],
    ['an object without a prototype', Object.create(null)],
    ['a BigInt', 7n],
    ['a symbol', Symbol('s')],
    ['an odd severity', Object.assign(new TerminalError('m'), { severity: 7 })],
    ['a wait without end', new RetryAfterError(Infinity)],
    ['a wait that is none', new RetryAfterError(Symbol('s') as never, 'm')],
  ])('is JSON, and has a message, after a handler threw %s', async (_, thrown) => {
    for (const run of [throwing(thrown), () => Promise.reject(thrown as Error)]) {
      const failure = await failureOf(run)
      expect(JSON.parse(JSON.stringify(failure))).toEqual(failure)
      expect(failure.message).toEqual(expect.any(String))
      expect(failure.message).not.toBe('')
    }
  })
})
