import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyScenario } from '../scenario/any-scenario.ts'
import type { Scenario } from '../scenario/scenario.ts'

function smallest(isFine: (scenario: Scenario) => boolean): Scenario {
  const details = fc.check(fc.property(anyScenario(), isFine), { numRuns: 2_000, seed: 5 })
  if (details.counterexample === null) throw new Error('every scenario was fine')
  return details.counterexample[0]
}

describe('a random scenario', () => {
  it('shrinks to the tasks that matter, and prints as lines', () => {
    const scenario = smallest(
      ({ tasks }) => !tasks.some(({ onFailure, needs }) => onFailure === 'abort' && needs.length === 2),
    )
    const [dag, circumstances] = fc.stringify(scenario).split('\n  concurrency')
    expect(dag!.split('\n')).toEqual([
      'scenario: 3 tasks',
      '  t0 (on roomy)',
      '  t1 (on roomy)',
      '  t2 ← t0, t1 (onFailure abort, on roomy)',
      '  t0: starts at 0, complete after 0',
      '  t1: starts at 0, complete after 0',
      '  t2: starts at 0, complete after 0',
    ])
    expect(circumstances).toContain('strays []')
    expect(circumstances).toContain('observer calm')
  })

  it('names only tasks that it has, however many are left out', () => {
    fc.assert(
      fc.property(anyScenario(), ({ tasks, commands, strays, redrive }) => {
        const places = [
          ...commands.flatMap((command) => (command.do === 'kill-task' ? [command.task] : [])),
          ...strays.map(({ task }) => task),
          ...(typeof redrive === 'number' ? [redrive] : []),
        ]
        for (const place of places) expect(place).toBeLessThan(tasks.length)
      }),
    )
  })
})
