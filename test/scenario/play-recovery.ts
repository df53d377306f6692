import type { RuntimeOptions } from '../../src/runtime/options.ts'
import type { RunFact } from '../../src/events/facts.ts'
import { type Played, play } from '../../src/testing/rehearsal/play.ts'
import { recover, storeWith } from '../runtime/recovered.ts'
import { laterScenario } from './later-scenario.ts'
import type { Scenario } from './scenario.ts'
import { executorsOf } from './scenario-executors.ts'
import { planOfScenario } from './scenario-plan.ts'
import { teamOf } from './scenario-team.ts'

/** What came of a run that was recovered. */
export interface PlayedRecovery extends Played {
  /** Its facts from the first on, as the journal has them. */
  readonly facts: readonly RunFact[]
}

/** Has the run of a scenario recovered from these facts of it, and plays what is left of the scenario. */
export async function playRecovery(
  scenario: Scenario,
  facts: readonly RunFact[],
  options: Pick<RuntimeOptions, 'mode'> = {},
): Promise<PlayedRecovery> {
  const later = laterScenario(scenario, facts)
  const store = storeWith(facts)
  const plan = planOfScenario(later)
  const played = await play(
    {
      plan,
      circumstances: later,
      pools: { shared: later.pool },
      executorsOf: (clock, mark) => executorsOf(later, clock, mark),
      teamOf: (clock) => (later.team === undefined ? undefined : teamOf(later.team, clock)),
    },
    {
      startAt: facts.at(-1)!.at,
      ...options,
      storeOn: () => store,
      begin: (runtimeOptions) => [recover(store, facts, plan, runtimeOptions)],
    },
  )
  return { ...played, facts: await store.read(facts[0]!.runId) }
}
