import type { Clock } from '../../src/time/clock.ts'
import {
  type AttemptMark,
  type ScriptedExecutor,
  scriptedExecutor,
} from '../../src/testing/rehearsal/scripted-executor.ts'
import type { Scenario } from './scenario.ts'

/** The executors of a scenario, by name. */
export function executorsOf(
  scenario: Scenario,
  clock: Clock,
  mark: (mark: AttemptMark) => void,
): Readonly<Record<string, ScriptedExecutor>> {
  const opensAt = clock.now() + scenario.pickyOpensAt
  return {
    roomy: scriptedExecutor({ clock, mark, canForce: true }),
    small: scriptedExecutor({ clock, mark, canForce: true, capacity: scenario.smallCapacity }),
    picky: scriptedExecutor({
      clock,
      mark,
      canForce: true,
      accepts: (carrying) => clock.now() >= opensAt && carrying < scenario.pickyLimit,
    }),
    hard: scriptedExecutor({ clock, mark, canForce: false }),
  }
}
