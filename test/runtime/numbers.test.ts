import { type Executor, memoryStore, plan, type Store } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { byHand, ok, simulated } from './watching.ts'

const refusing = {
  toString: () => {
    throw new Error('no text')
  },
  toJSON: () => {
    throw new Error('no JSON')
  },
}
const noTexts: readonly unknown[] = [
  42,
  undefined,
  null,
  Number.NaN,
  1n,
  Symbol('log'),
  refusing,
  { length: Number.NaN },
  { length: -1e9, toString: () => 'x' },
  [['nested']],
  () => 1,
  Object.create(null),
]

/** All the text that the run replays. */
function replayed(told: { readonly run: { events(): unknown } }): readonly string[] {
  const texts: string[] = []
  const events = told.run.events() as { subscribe(next: (fact: object) => void): void }
  events.subscribe((fact) => {
    if ('text' in fact) texts.push(fact.text as string)
    if ('percent' in fact && 'message' in fact) texts.push(fact.message as string)
  })
  return texts
}

describe('what is no text or no number', () => {
  it('is logged and told as a text, and what the run holds of it stays bounded', async () => {
    const { start } = simulated()
    const told = await start({
      a: {
        run: ({ log, progress, warn }) => {
          for (const value of noTexts) {
            log(value as never)
            warn(value as never)
            progress(value as never, value as never)
          }
          for (let line = 0; line < 900; line++) {
            log('x'.repeat(4_000))
            progress(line, 'y'.repeat(4_000))
          }
        },
      },
    })
    expect(told.result?.status).toBe('completed')
    for (const fact of [...told.all('task.output'), ...told.all('task.warned')]) {
      expect(typeof ('text' in fact ? fact.text : fact.message)).toBe('string')
    }
    for (const { percent } of told.all('task.progress')) {
      expect(percent).toBeGreaterThanOrEqual(0)
      expect(percent).toBeLessThanOrEqual(100)
    }
    const characters = replayed(told).reduce((sum, text) => sum + text.length, 0)
    expect(characters).toBeGreaterThan(900_000)
    expect(characters).toBeLessThanOrEqual(2 ** 20)
  })

  it('is made one where an executor reports it', async () => {
    const hand: Executor = {
      start: (_attempt, report) => {
        report({ type: 'attempt.started' })
        report({ type: 'attempt.output', text: 7, stream: 'nowhere' } as never)
        report({ type: 'attempt.progress', percent: '50' } as never)
        report({
          type: 'attempt.failed',
          failure: { code: 7, message: refusing, retryAfterMs: Number.NaN, output: [1, 'last'] },
        } as never)
      },
      abort: () => {},
    }
    const { start, wait } = simulated({ executors: { hand } })
    const told = await start({ a: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 10 } } } })
    await wait(1_000)
    expect(told.all('task.output')[0]).toMatchObject({ text: '7', stream: 'log' })
    expect(told.all('task.progress')[0]).toMatchObject({ percent: 0 })
    expect(told.result?.outcomes['a']).toMatchObject({
      failure: { code: 'EXECUTOR_FAILED', output: ['last'] },
    })
  })

  it.each([
    ['nothing', () => undefined],
    ['a promise', async () => ({ runId: 'r', lastSeq: 0 })],
    ['no lastSeq', () => ({ runId: 'r' })],
    ['NaN', () => ({ runId: 'r', lastSeq: Number.NaN })],
    ['a text', () => ({ runId: 'r', lastSeq: '7' })],
  ])('refuses a dispatch where a store numbers a journal by it: %s', (_what, create) => {
    const store = { ...memoryStore(), create } as unknown as Store
    const { runtime } = simulated({ store })
    expect(() => runtime.dispatch(plan({ name: 'one', tasks: { a: { run: ok } } }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
