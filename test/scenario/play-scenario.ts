import { play, type Played, type PlayOptions } from '../../src/testing/rehearsal/play.ts'
import type { Scenario } from './scenario.ts'
import { executorsOf } from './scenario-executors.ts'
import { planOfScenario } from './scenario-plan.ts'
import { teamOf } from './scenario-team.ts'

/** What came of a scenario. */
export interface PlayedScenario extends Played {
  readonly scenario: Scenario
}

/** Plays a scenario through the real runtime, on a simulated clock, to its end. */
export async function playScenario(scenario: Scenario, options: PlayOptions = {}): Promise<PlayedScenario> {
  const played = await play(
    {
      plan: planOfScenario(scenario),
      circumstances: scenario,
      pools: { shared: scenario.pool },
      executorsOf: (clock, mark) => executorsOf(scenario, clock, mark),
      teamOf: (clock) => (scenario.team === undefined ? undefined : teamOf(scenario.team, clock)),
    },
    options,
  )
  return { scenario, ...played }
}
