import { it } from '@fast-check/vitest'
import { fold, isRunFact } from 'dagmar'
import { describe, expect } from 'vitest'
import { RunProgress } from '../../src/cli/view/run-progress.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { anyScenario } from '../scenario/any-scenario.ts'

describe('what the views know of a run', () => {
  it.prop([anyScenario()], { numRuns: 200 })('agrees with the fold of its facts', async (scenario) => {
    const { plan, runs } = await playScenario(scenario)
    for (const { facts } of runs) {
      const progress = new RunProgress(plan.tasks.map(({ id }) => id))
      const live = new Set(['starting', 'running', 'stalled', 'stopping'])
      for (const [index, fact] of facts.entries()) {
        progress.apply(fact)
        // The whole fold of each prefix would cost the square of the facts.
        if (index % 7 !== 0 && index !== facts.length - 1) continue
        const view = fold(facts.slice(0, index + 1).filter(isRunFact))
        const statuses = [...view.tasks.values()].map(({ id, status }) => [id, status])
        expect([...progress.ids()].map((id) => [id, progress.task(id)!.status])).toEqual(statuses)
        expect(progress.counts).toEqual(view.counts)
        expect(progress.state).toBe(view.status)
        const running = [...view.tasks.values()].filter(({ status }) => live.has(status))
        expect([...progress.live].map(({ id }) => id).toSorted()).toEqual(
          running.map(({ id }) => id).toSorted(),
        )
      }
    }
  })
})
