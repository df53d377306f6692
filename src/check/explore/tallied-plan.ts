import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { RuleFunction } from '../../graph/rules.ts'

/** How often a rule that is a function was asked, and what it said. */
export interface RuleTally {
  met: number
  unmet: number
  threw: number
  /** What it threw last. */
  thrown: unknown
}

/** The user's plan made ready to be explored: the same in all that decides, but its rules are listened to. */
export interface TalliedPlan {
  readonly plan: Plan
  /** By task index; only tasks whose rule is a function have one. */
  readonly tallies: ReadonlyMap<number, RuleTally>
}

/** Without the schema of the input as well: scripted tasks read none. */
export function talliedPlan(plan: Plan): TalliedPlan {
  const tallies = new Map<number, RuleTally>()
  const tasks = plan.tasks.map((task): PlannedTask => {
    if (typeof task.rule !== 'function') return task
    const tally: RuleTally = { met: 0, unmet: 0, threw: 0, thrown: undefined }
    tallies.set(task.index, tally)
    return { ...task, rule: tallied(task.rule, tally) }
  })
  return { plan: { ...plan, tasks, inputSchema: undefined }, tallies }
}

function tallied(rule: RuleFunction, tally: RuleTally): RuleFunction {
  return (outcomes) => {
    let isMet: boolean
    try {
      isMet = rule(outcomes)
    } catch (thrown) {
      tally.threw++
      tally.thrown = thrown
      throw thrown
    }
    if (isMet) tally.met++
    else tally.unmet++
    return isMet
  }
}
