import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { criticalPath, remainingPaths } from '../../src/graph/critical-path.ts'
import { plan } from '../../src/graph/make-plan.ts'
import type { TaskOptions } from '../../src/graph/options.ts'
import type { Plan } from '../../src/graph/plan.ts'

const run = () => 1
const planWith = (tasks: Readonly<Record<string, TaskOptions>>, order?: 'fifo' | 'critical-path'): Plan =>
  plan({
    name: 'dag',
    ...(order === undefined ? {} : { order }),
    tasks: Object.entries(tasks).map(([id, options]) => ({ id, ...options, run })),
  })

describe('the longest remaining path of a task', () => {
  it('is its own estimate and the longest of its dependents', () => {
    const { tasks } = planWith({
      a: { estimate: 1 },
      b: { needs: ['a'], estimate: 10 },
      c: { needs: ['a'], estimate: 2 },
      d: { needs: ['b', 'c'], estimate: 4 },
    })
    expect([...remainingPaths(tasks)]).toEqual([15, 14, 6, 4])
  })

  it('takes the median for a task without an estimate', () => {
    const { tasks } = planWith({ a: {}, b: { estimate: 2 }, c: { estimate: 4 }, d: { estimate: 100 } })
    expect(remainingPaths(tasks)[0]).toBe(4)
    expect(remainingPaths(planWith({ a: {}, b: { estimate: 2 }, c: { estimate: 4 } }).tasks)[0]).toBe(3)
  })

  it('counts tasks where none has an estimate', () => {
    expect([...remainingPaths(planWith({ a: {}, b: { needs: ['a'] }, c: { needs: ['b'] } }).tasks)]).toEqual([
      3, 2, 1,
    ])
  })
})

describe('the order of a plan', () => {
  it('is the critical path when any task has an estimate, else fifo', () => {
    expect(planWith({ a: {} }).order).toBe('fifo')
    expect(planWith({ a: {}, b: { estimate: 0 } }).order).toBe('critical-path')
    expect(planWith({ a: { estimate: 1 } }, 'fifo').order).toBe('fifo')
  })

  it('ranks by priority alone under fifo', () => {
    const { rank } = planWith(
      { a: { estimate: 9 }, b: { priority: 'low' }, c: { priority: 'high' }, d: {}, e: { priority: 1 } },
      'fifo',
    )
    expect([...rank]).toEqual([2, 3, 0, 2, 1])
  })

  it('ranks by priority, then remaining path, then dependents, and lets equals share a rank', () => {
    const { rank } = planWith({
      short: { estimate: 1 },
      long: { estimate: 5 },
      urgent: { estimate: 1, priority: 'high' },
      popular: { estimate: 1 },
      equal: { estimate: 1 },
      x: { needs: ['popular'], estimate: 0 },
      y: { needs: ['popular', 'short'], estimate: 0 },
      z: { needs: ['equal'], estimate: 0 },
    })
    expect([...rank]).toEqual([3, 1, 0, 2, 3, 4, 4, 4])
  })
})

describe('the chain that took longest', () => {
  it('is told with its length', () => {
    const planned = planWith({
      a: {},
      b: { needs: ['a'] },
      c: { needs: ['a'] },
      d: { needs: ['b', 'c'] },
      e: {},
    })
    const took = [1, 2, 5, 1, 6]
    expect(criticalPath(planned, (_, index) => took[index]!)).toEqual({ ids: ['a', 'c', 'd'], length: 7 })
  })

  it('is empty for a dag without tasks', () => {
    expect(criticalPath(planWith({}), () => 1)).toEqual({ ids: [], length: 0 })
  })

  it('is as long as the longest of all chains, and is one', () => {
    const anyDag = fc.array(fc.tuple(fc.nat(9), fc.array(fc.nat(30), { maxLength: 3 })), { maxLength: 12 })
    fc.assert(
      fc.property(anyDag, (shape) => {
        const tasks = shape.map(([estimate, needs], index) => ({
          id: `t${index}`,
          estimate,
          needs: index === 0 ? [] : [...new Set(needs.map((need) => `t${need % index}`))],
          run,
        }))
        const planned = plan({ name: 'dag', tasks })
        const found = criticalPath(planned, (_, index) => shape[index]![0])
        expect(found.length).toBe(Math.max(0, ...remainingPaths(planned.tasks)))
        const indices = found.ids.map((id) => planned.indexOf(id)!)
        expect(indices.reduce((sum, index) => sum + shape[index]![0], 0)).toBe(found.length)
        indices.slice(1).forEach((index, at) => expect(planned.tasks[index]!.needs).toContain(indices[at]))
      }),
    )
  })
})
