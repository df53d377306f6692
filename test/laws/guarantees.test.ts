import { describe } from 'vitest'
import {
  attemptsStayInPolicy,
  everyRunSettles,
  hasOneLiveAttempt,
  killIsFinal,
  limitsHold,
  nothingPolls,
  settledTasksStay,
  startsOnlyWhenRuleIsMet,
  streamIsWhole,
} from './play-guarantees.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { anyScenarioWithAgents } from '../scenario/any-team.ts'
import { law } from './law.ts'

describe('over random dags, faults and schedules', () => {
  law(
    'A task starts only when its rule is met by settled dependencies.',
    anyScenarioWithAgents(),
    async (scenario) => startsOnlyWhenRuleIsMet(await playScenario(scenario)),
  )

  law('A task has at most one live attempt.', anyScenarioWithAgents(), async (scenario) =>
    hasOneLiveAttempt(await playScenario(scenario)),
  )

  law('Slots, pools and capacities in use never exceed a limit.', anyScenarioWithAgents(), async (scenario) =>
    limitsHold(await playScenario(scenario)),
  )

  law(
    'Every run settles, once it is not held or paused, its questions are answered, and every handler ends or has a timeout.',
    anyScenarioWithAgents(),
    async (scenario) => everyRunSettles(await playScenario(scenario)),
  )

  law('A settled task never changes, except by redrive.', anyScenarioWithAgents(), async (scenario) =>
    settledTasksStay(await playScenario(scenario)),
  )

  law(
    'After a kill nothing starts but teardown, and everything that was started is confirmed ended or reported abandoned.',
    anyScenarioWithAgents(),
    async (scenario) => killIsFinal(await playScenario(scenario)),
  )

  law(
    "A task uses at most `maxAttempts` attempts, with waits inside the policy's bounds.",
    anyScenarioWithAgents(),
    async (scenario) => attemptsStayInPolicy(await playScenario(scenario)),
  )

  law(
    'No run fact is lost or repeated to a lossless subscriber.',
    anyScenarioWithAgents(),
    async (scenario) => streamIsWhole(await playScenario(scenario)),
  )

  law(
    'Nothing polls: while tasks wait or run, the runtime has no repeating timer (a bounded probe of a process group in `stopping` is allowed).',
    anyScenarioWithAgents(),
    async (scenario) => nothingPolls(await playScenario(scenario)),
  )
})
