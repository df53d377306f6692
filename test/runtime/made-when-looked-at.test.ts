import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createRuntime, memoryStore, plan, type RunFact } from '../../src/index.ts'

const two = plan({
  name: 'two',
  tasks: { one: { run: () => 1 }, other: { needs: ['one'], run: () => Promise.reject(new Error('no')) } },
})

function created(facts: readonly RunFact[]) {
  const [first] = facts
  if (first?.type !== 'run.created') throw new Error('The first fact is another one.')
  return first
}

describe('what a run makes only when somebody looks', () => {
  it('is printed, copied and serialised as if it had been there before', async () => {
    const run = createRuntime().dispatch(two)
    const result = await run.result
    for (const seen of [{ ...result }, structuredClone(result), JSON.parse(JSON.stringify(result))]) {
      expect(seen.outputs).toEqual({ one: 1 })
      expect(Object.keys(seen.outcomes)).toEqual(['one', 'other'])
    }
    expect(inspect(result)).toContain('outputs: { one: 1 }')
    const facts: RunFact[] = []
    run.events().subscribe((fact) => facts.push(fact as RunFact))
    expect(inspect(created(facts), { depth: 1 })).toContain(`fingerprint: '${two.fingerprint}'`)
    expect(created(facts).structure).toBe(two.structure)
  })

  it('stays the same object, however often somebody looks', async () => {
    const result = await createRuntime().dispatch(two).result
    expect(result.outcomes).toBe(result.outcomes)
    expect(result.outputs).toBe(result.outputs)
  })

  it('is what the run ended with, whatever a redrive does to its tasks', async () => {
    let works = false
    const fickle = plan({
      name: 'fickle',
      tasks: {
        task: {
          run: () => {
            if (!works) throw new Error('not yet')
          },
        },
      },
    })
    const run = createRuntime().dispatch(fickle)
    const first = await run.result
    works = true
    const second = await run.redrive()
    expect([first, second].map(({ outcomes }) => outcomes['task']?.status)).toEqual(['failed', 'completed'])
  })

  it('is plain data in a store, which may outlive the plan', async () => {
    const store = memoryStore()
    const run = createRuntime({ store }).dispatch(two)
    await run.result
    const fact = created(await store.read(run.id))
    const fields = Object.values(Object.getOwnPropertyDescriptors(fact))
    expect(fields.every((field) => 'value' in field)).toBe(true)
  })
})
