import { staticRank } from '../../graph/critical-path.ts'
import type { OptimiseSettings, PlannedTask } from '../../graph/plan.ts'
import { type Found, optimise } from './optimise.ts'
import { problemOf, type SharedLimits } from './problem-of.ts'

/**
 * Searches for a list that is better than the one by critical path, within these limits. `now` is in milliseconds,
 * counted from any instant.
 */
export function optimisedRank(
  { tasks }: { readonly tasks: readonly PlannedTask[] },
  limits: SharedLimits,
  { effort, seed, timeCapMs }: OptimiseSettings,
  now: () => number,
): Found {
  const until = now() + timeCapMs
  return optimise(problemOf(tasks, limits), staticRank(tasks, 'critical-path'), {
    effort,
    seed,
    isTimeUp: () => now() >= until,
  })
}
