import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCycle, topologicalOrder } from '../../src/graph/cycle.ts'
import { plan } from '../../src/graph/make-plan.ts'
import { thrownBy } from './thrown.ts'

const run = () => 1
const planWith = (needs: Readonly<Record<string, readonly string[]>>) =>
  plan({ name: 'dag', tasks: Object.entries(needs).map(([id, own]) => ({ id, needs: own, run })) })

describe('a cycle', () => {
  it('is told by its path', () => {
    const error = thrownBy(() => planWith({ z: [], a: ['b', 'z'], b: ['c'], c: ['a'], d: ['a'] }))
    expect(error.code).toBe('DAG_CYCLE')
    expect(error.message).toContain('Tasks depend on each other in a cycle: a → b → c → a.')
    expect(error.facts['path']).toEqual(['a', 'b', 'c', 'a'])
  })

  it('is the shortest of several', () => {
    const error = thrownBy(() => planWith({ a: ['b'], b: ['c'], c: ['d'], d: ['a', 'e'], e: ['d'] }))
    expect(error.facts['path']).toEqual(['d', 'e', 'd'])
  })

  it('of many tasks is cut in the message and whole in the facts', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => `t${index}`)
    const tasks = ids.map((id, index) => ({ id, needs: [ids[(index + 1) % ids.length]!], run }))
    const error = thrownBy(() => plan({ name: 'dag', tasks }))
    expect(error.message.length).toBeLessThan(400)
    expect(error.message).toContain('… 99982 more …')
    expect(error.facts['path']).toHaveLength(100_001)
  })

  const anyGraph = fc.integer({ min: 1, max: 9 }).chain((size) =>
    fc
      .array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size })
      .map((needs) => {
        const dependents = needs.map((_, index) =>
          needs.flatMap((own, other) => (own.includes(index) ? [other] : [])),
        )
        return needs.map((own, index) => ({ needs: own, dependents: dependents[index]! }))
      }),
  )

  it('is found exactly when there is one, and is as short as any', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const cycle = findCycle(graph)
        const shortest = Math.min(...graph.map((_, start) => wayBack(graph, start)))
        expect(cycle?.length ?? Infinity).toBe(shortest)
        cycle?.forEach((index, at) => expect(graph[index]!.needs).toContain(cycle[(at + 1) % cycle.length]))
      }),
      { numRuns: 500 },
    )
  })

  it('keeps its tasks out of the topological order, in which all others follow what they need', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const order = [...topologicalOrder(graph)]
        for (const [place, index] of order.entries()) {
          for (const need of graph[index]!.needs) expect(order.slice(0, place)).toContain(need)
        }
        expect(order.length === graph.length).toBe(findCycle(graph) === undefined)
      }),
    )
  })
})

function wayBack(graph: readonly { readonly needs: readonly number[] }[], start: number): number {
  let reached = new Set([start])
  for (let length = 1; length <= graph.length; length++) {
    reached = new Set([...reached].flatMap((index) => graph[index]!.needs))
    if (reached.has(start)) return length
  }
  return Infinity
}
