import type { AgentOptions } from 'dagmar/agents'
import fc, { type Arbitrary } from 'fast-check'
import { ms, seldom } from '../../src/testing/any/any-pace.ts'
import { worded } from '../../src/testing/law/in-words.ts'
import { anyScenario, anyTasks } from './any-scenario.ts'
import type { Scenario } from './scenario.ts'
import { scenarioInWords } from './scenario-plan.ts'
import { type Ask, type ScenarioTeam, type TeamChange, teamIds, teamSkills } from './scenario-team.ts'

const none = Number.POSITIVE_INFINITY

const anyAgent = (id: string): Arbitrary<AgentOptions> =>
  fc.record({
    id: fc.constant(id),
    capabilities: fc.subarray([...teamSkills], { minLength: 1 }),
    maxLoad: fc.constantFrom(1, 0, 2),
    ttl: ms(none, none, 60),
    allowance: fc.record({
      dailyTokens: ms(0, 0, 100),
      dailyJobs: ms(0, 0, 3),
      concurrentJobs: ms(0, 0, 1),
      longestJob: ms(none, none, 40),
      onOverrun: fc.constantFrom('warn' as const, 'kill' as const),
    }),
  })

const anyAsk: Arbitrary<Ask> = fc.record({
  requires: fc.subarray([...teamSkills]),
  agent: seldom(2, fc.constantFrom(...teamIds)),
  fallback: fc.subarray([...teamIds, 'nobody']),
  uses: ms(0, 0, 30, 120),
})

const anyChange: Arbitrary<TeamChange> = fc.record({
  at: fc.integer({ min: 0, max: 250 }),
  do: fc.constantFrom('comes' as const, 'signs' as const, 'goes' as const),
  id: fc.constantFrom(...teamIds),
})

/** Some agents, and what tasks ask of them. */
export function anyTeam(): Arbitrary<ScenarioTeam> {
  return fc.record({
    list: fc.tuple(...teamIds.map(anyAgent)).chain((all) => fc.subarray(all, { minLength: 1 })),
    onNoAgent: fc.constantFrom('retry' as const, 'wait' as const),
    onQuotaExceeded: fc.constantFrom('wait' as const, 'retry' as const),
    changes: fc.array(anyChange, { maxLength: 4 }),
    asks: fc.array(seldom(1, anyAsk), { minLength: 1, maxLength: 5 }),
  })
}

/** One scenario in `of` has agents. */
export function anyScenarioWithAgents(
  fixed: Partial<Scenario> = {},
  tasks = anyTasks(),
  team = anyTeam(),
  of = 4,
): Arbitrary<Scenario> {
  return fc.tuple(anyScenario(fixed, tasks), seldom(of - 1, team)).map(([scenario, agents]) => {
    if (agents === undefined) return scenario
    const whole = { ...scenario, team: agents }
    return worded(whole, () => scenarioInWords(whole))
  })
}
