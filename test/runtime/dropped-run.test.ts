import { plan, type RunHandle, type Runtime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { collectGarbage } from './heap-used.ts'
import { ok, simulated } from './watching.ts'

const one = plan({ name: 'one', tasks: { a: { run: ok } } })

/** Resolves once what it refers to is collected, and the runtime has had the time to notice. */
async function collected(ref: WeakRef<object>): Promise<void> {
  for (let round = 0; round < 100 && ref.deref() !== undefined; round++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    collectGarbage()
  }
  expect(ref.deref()).toBeUndefined()
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

async function settledAndDropped(
  runtime: Runtime,
  id: string,
  dispose: boolean,
): Promise<WeakRef<RunHandle>> {
  const run = runtime.dispatch(one, { id })
  await run.result
  if (dispose) await run[Symbol.asyncDispose]()
  return new WeakRef(run)
}

describe('a settled run whose handle is dropped', () => {
  it('is given up by the runtime, and its id is free', async () => {
    const { runtime } = simulated()
    await collected(await settledAndDropped(runtime, 'mine', false))
    expect((await runtime.dispatch(one, { id: 'mine' }).result).status).toBe('completed')
  })

  it('does not take its id away from a later run that has got it', async () => {
    const { runtime } = simulated()
    const first = await settledAndDropped(runtime, 'mine', true)
    const second = runtime.dispatch(one, { id: 'mine' })
    await collected(first)
    expect(() => runtime.dispatch(one, { id: 'mine' })).toThrow(
      expect.objectContaining({ code: 'RUN_EXISTS' }),
    )
    expect((await second.result).status).toBe('completed')
  })
})

describe('a loop that awaits one run after the other, without a turn of the event loop', () => {
  it('holds none of them', async () => {
    const { runtime } = simulated()
    const heap = async (runs: number): Promise<number> => {
      for (let run = 0; run < runs; run++) await runtime.run(one)
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const before = await heap(2_000)
    expect(((await heap(4_000)) - before) / 4_000).toBeLessThan(500)
    expect(runtime.runs()).toEqual([])
  })
})
