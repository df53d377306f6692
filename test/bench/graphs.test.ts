import { describe, expect, it } from 'vitest'
import { contenders } from './contenders/registry.ts'
import { polling } from './contenders/polling.ts'
import { makeGraph, shapes } from './graphs.ts'
import { checkOrder } from './sections/check.ts'
import type { Contender } from './workload.ts'

const without = ['p-graph', 'p-queue', 'effect', 'async-auto', 'langgraph', 'mastra']
const own = Object.entries(contenders).filter(([name]) => !without.includes(name))

describe.each(shapes)('a %s graph of the benchmark', (shape) => {
  it.each([1, 2, 10, 1_000])('has the %i tasks it was asked for, each after all that it needs', (size) => {
    const { needs } = makeGraph(shape, size)
    expect(needs).toHaveLength(size)
    for (const [task, from] of needs.entries()) {
      expect(new Set(from).size).toBe(from.length)
      for (const need of from) expect(need).toBeGreaterThanOrEqual(0)
      expect(Math.max(-1, ...from)).toBeLessThan(task)
    }
  })

  it('is the same each time', () => {
    expect(makeGraph(shape, 500)).toEqual(makeGraph(shape, 500))
  })
})

describe('the graphs of the benchmark', () => {
  it('have the dependencies that their names say', () => {
    const needs = (shape: (typeof shapes)[number]) => makeGraph(shape, 100).needs
    expect(needs('chain').flat()).toEqual(Array.from({ length: 99 }, (_, task) => task))
    expect(needs('wide').flat()).toEqual([])
    expect(needs('layered').slice(0, 10).flat()).toEqual([])
    for (const [place, from] of needs('layered').slice(10).entries()) {
      expect(from).toHaveLength(3)
      for (const need of from) expect(Math.floor(need / 10)).toBe(Math.floor(place / 10))
    }
    expect(needs('diamond').slice(0, 7)).toEqual([[], [0], [0], [1, 2], [3], [3], [4, 5]])
  })
})

describe.each(own)('the contender %s', (_, { load }) => {
  it.each(shapes)('runs all bodies of a %s, each after those it needs', async (shape) => {
    await expect(checkOrder(await load(), makeGraph(shape, 60))).resolves.toBeUndefined()
  })
})

describe('the polling dispatcher', () => {
  it('runs all bodies, each after those it needs', async () => {
    await expect(checkOrder(polling(1), makeGraph('layered', 20))).resolves.toBeUndefined()
  })
})

describe('the check of the order', () => {
  const chain = makeGraph('chain', 3)
  const started = (order: readonly number[]): Contender => ({
    prepare: ({ body }) => ({ run: async () => Promise.all(order.map((task) => body(task))) }),
  })

  it.each([
    ['before those it needs', [0, 1, 2], 'task 1 ran before task 0'],
    ['twice', [0, 0, 1, 2], 'task 0 ran twice'],
    ['never', [0], 'task 1 did not run to its end'],
  ])('finds the contender that runs a task %s', async (_, order, found) => {
    await expect(checkOrder(started(order), chain)).rejects.toThrow(found)
  })
})
