import { describe, expect, it } from 'vitest'
import { planOf, problemsOf } from './read-plans.ts'

function chain(length: number): string {
  const tasks = Array.from(
    { length },
    (_, index) =>
      `  task-${index}:\n    run: echo ${index}\n    needs: [${index === 0 ? '' : `task-${index - 1}`}]\n    timeout: 10m\n`,
  )
  return `tasks:\n${tasks.join('')}`
}

/** Processor time, which other work on the machine does not touch; the least of three. */
function costOf(work: () => unknown): number {
  const costs = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return user + system
  })
  return Math.min(...costs)
}

describe('a plan of 5,000 tasks', () => {
  it('is read in time that grows with its length alone', () => {
    const [small, large] = [chain(500), chain(5_000)]
    planOf(small)
    const ratio = costOf(() => planOf(large)) / costOf(() => planOf(small))
    expect(ratio).toBeLessThan(25)
  })

  it('is refused as soon when every dependency is unknown', () => {
    const large = chain(5_000)
    const bad = large.replaceAll('needs: [task', 'needs: [tusk')
    let problems: readonly string[] = []
    const cost = costOf(() => {
      problems = problemsOf(bad)
    })
    expect(problems).toHaveLength(4_999)
    expect(problems[0]).toMatch(/^8:13: .* Did you mean 'task-0'\?$/)
    expect(cost / costOf(() => planOf(large))).toBeLessThan(4)
  })

  it('is refused for a cycle through all of it, in a message that can be read', () => {
    const [problem, ...others] = problemsOf(chain(5_000).replace('needs: []', 'needs: [task-4999]'))
    expect(others).toEqual([])
    expect(problem).toMatch(/^4:13: Tasks depend on each other in a cycle: task-0 → task-4999 → /)
    expect(problem!.length).toBeLessThan(1_000)
  })
})
