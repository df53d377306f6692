import type { TaskId } from '../../machines/outcome.ts'
import type { AskedBy, RunFact } from '../../src/events/facts.ts'
import { endsAttempt } from '../../src/testing/facts/attempts-of.ts'
import type { Scenario } from './scenario.ts'
import { nameOf } from './scenario-plan.ts'
import { laterTeam } from './scenario-team.ts'

/**
 * What is left of a scenario for who recovers its run from these facts: an interrupted attempt is followed by one that
 * goes as it would have gone, and what was to happen until then has happened.
 */
export function laterScenario(scenario: Scenario, facts: readonly RunFact[]): Scenario {
  const elapsed = facts.at(-1)!.at - facts[0]!.at
  return {
    ...scenario,
    tasks: scenario.tasks.map((task, index) => {
      const before = Array.from({ length: interruptions(facts, nameOf(index)) }, () => task.attempts[0]!)
      return { ...task, attempts: [...before, ...task.attempts] }
    }),
    commands: scenario.commands
      .filter(({ at }) => at > elapsed)
      .map((command) => ({ ...command, at: command.at - elapsed })),
    pickyOpensAt: Math.max(0, scenario.pickyOpensAt - elapsed),
    strays: [],
    ...(scenario.team === undefined ? {} : { team: laterTeam(scenario.team, elapsed) }),
    runs: 1,
    retried: retriedIn(facts),
  }
}

/** How often each task was answered `retry` after it had failed. */
function retriedIn(facts: readonly RunFact[]): ReadonlyMap<TaskId, number> {
  const retried = new Map<TaskId, number>()
  const asked = new Map<TaskId, AskedBy>()
  for (const fact of facts) {
    if (fact.type === 'task.asked') asked.set(fact.taskId, fact.of)
    if (fact.type !== 'task.answered' || fact.answer !== 'retry') continue
    if (asked.get(fact.taskId) === 'failure') retried.set(fact.taskId, (retried.get(fact.taskId) ?? 0) + 1)
  }
  return retried
}

/** How many attempts of a task were, or are to be, interrupted. */
function interruptions(facts: readonly RunFact[], taskId: TaskId): number {
  let interrupted = 0
  let isLive = false
  for (const fact of facts) {
    if (fact.taskId !== taskId) continue
    const { type } = fact
    if (type === 'task.dispatched') isLive = true
    // What was being ended has ended.
    if (endsAttempt(fact) || type === 'task.stopping') isLive = false
    if (type === 'task.interrupted') interrupted++
  }
  return interrupted + (isLive ? 1 : 0)
}
