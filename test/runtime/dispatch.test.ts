import { memoryStore, plan } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated, watch } from './watching.ts'

const one = plan({ name: 'one', tasks: { a: { run: ok } } })

describe('dispatch', () => {
  it('gives the first run back for the same idempotency key, and starts nothing', async () => {
    const { runtime, wait } = simulated()
    const first = runtime.dispatch(one, { idempotencyKey: 'k' })
    expect(runtime.dispatch(one, { idempotencyKey: 'k' })).toBe(first)
    await wait()
    expect(runtime.dispatch(one, { idempotencyKey: 'k' })).toBe(first)
    expect(runtime.dispatch(one, { idempotencyKey: 'other' })).not.toBe(first)
  })

  it.each([[undefined], [{}], [{ name: 'x', tasks: { a: { run: ok } } }], ['plan.yaml']])(
    'refuses what is neither a dag nor a plan: %j',
    (given) => {
      const { runtime } = simulated()
      expect(() => runtime.dispatch(given as never)).toThrow(
        /is neither a dag nor a plan\. Give what dag\(\) or plan\(\)/,
      )
    },
  )

  it('refuses a run id that is taken, also once that run has settled', async () => {
    const { runtime, wait } = simulated()
    const run = runtime.dispatch(one, { id: 'mine' })
    expect(() => runtime.dispatch(one, { id: 'mine' })).toThrow(
      expect.objectContaining({ code: 'RUN_EXISTS' }),
    )
    await wait()
    expect(() => runtime.dispatch(one, { id: 'mine' })).toThrow(
      expect.objectContaining({ code: 'RUN_EXISTS' }),
    )
    expect(run.id).toBe('mine')
  })

  it.each(['.agents', '.', '.. '])(
    'refuses a run id that begins with a dot, as a store keeps them: %j',
    (id) => {
      const { runtime } = simulated({ store: memoryStore() })
      const refused = expect.objectContaining({ code: 'CONFIG_INVALID', facts: { field: 'id', value: id } })
      expect(() => runtime.dispatch(one, { id })).toThrow(refused)
      expect(() => runtime.dispatch(one, { id: `a${id}` })).not.toThrow()
    },
  )

  it('happens in nothing before the turn of its caller is over', async () => {
    const hand = desk()
    const { runtime, wait } = simulated({ executors: { hand } })
    const { run, told } = watch(runtime.dispatch(plan({ name: 'p', tasks: { a: { run: byHand } } })))
    expect(told).toEqual([])
    expect(run.view()).toMatchObject({ status: 'running', seq: 0, counts: { pending: 1 } })
    expect(hand.asked).toEqual([])
    await wait()
    expect(hand.asked).toEqual(['start a/1'])
  })

  it('by run() gives the outputs, or rejects with the result', async () => {
    const { runtime } = simulated()
    expect(await runtime.run(one)).toEqual({ a: 'ok' })
    const bad = plan({ name: 'bad', tasks: { a: { run: fails('broken') }, b: { run: ok, needs: ['a'] } } })
    await expect(runtime.run(bad, { id: 'r' })).rejects.toMatchObject({
      code: 'RUN_FAILED',
      message: 'The run r of bad failed: 0 completed, 1 failed, 0 killed, 1 skipped. First: a: broken',
      result: { status: 'failed' },
    })
  })
})
