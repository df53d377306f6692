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
    const perTask = (size: number): number => {
      const tasks = tasksOfSize(size)
      const since = process.cpuUsage()
      plan({ name: 'large', tasks })
      const { user, system } = process.cpuUsage(since)
      return (user + system) / size
    }
    let [few, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    // The least of some tries, since others use the machine, too. What is quadratic would come to 5.
    for (let round = 0; round < 6 && !(many / few <= 3); round++) {
      for (let again = 0; again < 3; again++) few = Math.min(few, perTask(20_000))
      many = Math.min(many, perTask(100_000))
    }
    expect(many / few).toBeLessThanOrEqual(3)
  })
})
