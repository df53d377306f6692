import { describe, expect, it } from 'vitest'
import { plan } from '../../src/graph/make-plan.ts'

const run = () => 1

describe('a large plan', () => {
  const chain = (size: number) =>
    Array.from({ length: size }, (_, i) => ({
      id: `task-${i}`,
      needs: i === 0 ? [] : [`task-${i - 1}`],
      run,
    }))
  const wide = (size: number) => [
    ...Array.from({ length: size - 1 }, (_, i) => ({
      id: `task-${i}`,
      timeout: '10m',
      estimate: i % 7,
      run,
    })),
    { id: 'last', needs: Array.from({ length: size - 1 }, (_, i) => `task-${i}`), run },
  ]

  it.each([
    ['a chain', chain],
    ['a wide one', wide],
  ])('takes time in proportion to its tasks: %s', (_, tasksOfSize) => {
    const timeOf = (size: number): number => {
      const tasks = tasksOfSize(size)
      const samples = Array.from({ length: 3 }, () => {
        const from = performance.now()
        plan({ name: 'large', tasks })
        return performance.now() - from
      })
      return Math.min(...samples) / size
    }
    timeOf(10_000)
    expect(timeOf(100_000) / timeOf(10_000)).toBeLessThanOrEqual(3)
  })
})
