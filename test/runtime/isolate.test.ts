import { command, createRuntime, plan, type Runtime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { simulated, watch } from './watching.ts'

interface Basket {
  items: string[]
}

/** Everybody who gets the basket puts something in. */
const greedy = plan({
  name: 'greedy',
  tasks: {
    pick: {
      run: ({ input }) => {
        const basket = input as Basket
        basket.items.push('apple')
        setTimeout(() => basket.items.push('late'), 0)
        return basket
      },
    },
    ann: {
      needs: ['pick'],
      run: ({ inputs, input }) => {
        const { items } = inputs['pick'] as Basket
        items.push('for ann')
        return [items.length, (input as Basket).items.length]
      },
    },
    bob: {
      needs: ['pick', 'ann'],
      run: ({ inputs, input }) => {
        const { items } = inputs['pick'] as Basket
        items.push('for bob')
        return [items.length, (input as Basket).items.length]
      },
    },
  },
})

async function run(runtime: Runtime, input: Basket) {
  const { outputs } = await runtime.dispatch(greedy, { input }).result
  return outputs
}

describe('an output', () => {
  it('is shared by all who get it, as the input is', async () => {
    const input: Basket = { items: [] }
    const { runtime } = simulated()
    const outputs = await run(runtime, input)
    expect(outputs['pick']).toBe(input)
    expect(input.items).toEqual(expect.arrayContaining(['apple', 'for ann', 'for bob']))
  })

  it('is cloned for each in a runtime that isolates its tasks, and so is the input', async () => {
    const input: Basket = { items: [] }
    const { runtime } = simulated({ isolate: true })
    const outputs = await run(runtime, input)
    expect(outputs).toEqual({ pick: { items: ['apple'] }, ann: [2, 0], bob: [2, 0] })
    expect(input.items).toEqual([])
    expect((outputs as { pick: Basket }).pick.items).toEqual(['apple'])
  })

  it('may be anything that can be cloned', async () => {
    const { start } = simulated({ isolate: true })
    const values = [
      undefined,
      null,
      1n,
      new Map([[{}, new Set([1])]]),
      new Date(0),
      /x/,
      new Error('kept'),
      new Uint8Array(3),
    ]
    const loop: { self?: unknown } = {}
    loop.self = loop
    const told = await start(
      Object.fromEntries([...values, loop].map((value, index) => [`t${index}`, { run: () => value }])),
    )
    expect(Object.values(told.result!.outputs)).toEqual([...values, loop])
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an object with a method', { do() {} }],
    ['a promise within', { later: Promise.resolve(1) }],
    [
      'what throws when it is read',
      {
        get secret() {
          throw new Error('not for you')
        },
      },
    ],
  ])('that cannot be cloned fails its attempt, at once and for good: %s', async (_what, value) => {
    const { start } = simulated({ isolate: true })
    const told = await start({ a: { run: () => ({ value }), retry: { maxAttempts: 3 } } })
    expect(told.result?.outcomes['a']).toMatchObject({
      status: 'failed',
      failure: { code: 'OUTPUT_NOT_CLONED', message: /^The output cannot be cloned/, retryable: false },
    })
    const { runtime } = simulated({ isolate: true })
    const refused = () => runtime.dispatch(greedy, { input: { value } })
    expect(refused).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }))
  })

  it('of a command goes on as it was written', async () => {
    const runtime = createRuntime({ isolate: true })
    const told = watch(
      runtime.dispatch(
        plan({
          name: 'numbers',
          tasks: {
            one: { run: command('echo \'{"n": 1234567890123456789}\'') },
            other: { needs: ['one'], run: command('printf "seen %s" "$DAGMAR_INPUTS"') },
          },
        }),
      ),
    )
    expect((await told.run.result).outputs['other']).toContain('1234567890123456789')
    await runtime.shutdown()
  })

  it('is not isolated by anything but true or false', () => {
    expect(() => createRuntime({ isolate: 'yes' as never })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
