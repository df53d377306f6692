import { join } from 'node:path'
import { createRuntime, dag, type RunFact } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'
import { toldAtLength } from '../../src/testing/conformance/store/told-run.ts'

const owner = { id: 'owner' }
const million = 1_000_000

describe.each(durableStores)('$name', ({ open }) => {
  it('opens and reads a journal of a million facts within seconds, and in parts with little memory', async () => {
    const store = open(join(newFolder(), 'runs'), { durability: 'normal' })
    const journal = store.create('run', owner)
    const [created] = await toldAtLength('run', 1)
    const warned = {
      at: 1_000,
      runId: 'run',
      type: 'task.warned',
      taskId: 'first',
      attempt: 1,
      message: 'as before',
    } as const
    for (let from = 1; from <= million; from += 20_000) {
      const facts = Array.from({ length: 20_000 }, (_, index): RunFact => ({ ...warned, seq: from + index }))
      if (from === 1) facts[0] = created!
      expect((await store.append([{ journal, facts }]))?.[0]).toBeUndefined()
    }
    const began = process.cpuUsage()
    expect(store.open('run', owner).lastSeq).toBe(million)
    const heap = process.memoryUsage().heapUsed
    let peak = 0
    for (const from of [1, 250_000, 999_990]) {
      const facts = await store.read('run', { from, limit: 1_000 })
      expect(facts.map(({ seq }) => seq)).toEqual(
        Array.from({ length: Math.min(1_000, million - from + 1) }, (_, index) => from + index),
      )
      peak = Math.max(peak, process.memoryUsage().heapUsed)
    }
    const [summary] = await store.runs()
    expect(summary?.seq).toBe(million)
    expect((peak - heap) / 1e6).toBeLessThan(150)
    // What this process took, whatever else the machine does.
    const { user, system } = process.cpuUsage(began)
    expect((user + system) / 1e6).toBeLessThan(20)
    await store.close()
  }, 120_000)

  it('takes outputs of 50 MB, and gives them back', async () => {
    const path = join(newFolder(), 'runs')
    const store = open(path)
    const runtime = createRuntime({ store })
    const text = `${'long '.repeat(10_000_000)}!`
    const large = dag('large')
      .task('a', async () => text)
      .task('b', { needs: ['a'] }, async ({ inputs }) => inputs.a.length)
    const run = runtime.dispatch(large, { id: 'run' })
    expect((await run.result).outputs).toMatchObject({ b: text.length })
    await runtime.shutdown()
    await store.close()
    const facts = await open(path).read('run')
    const completed = facts.find((fact) => fact.type === 'task.completed' && fact.taskId === 'a')
    expect(completed !== undefined && 'output' in completed && completed.output === text).toBe(true)
    expect(facts.at(-1)?.type).toBe('run.completed')
  }, 60_000)
})
