import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { RuleFunction } from '../../graph/rules.ts'

/** How often a rule function was called, and what it returned. */
export interface RuleTally {
  met: number
  unmet: number
  threw: number
  /** The latest value that it threw. */
  thrown: unknown
}

/** The user's plan, made ready to be explored: nothing that decides is changed, but its rule functions are counted. */
export interface TalliedPlan {
  readonly plan: Plan
  /** By task index; only tasks whose rule is a function have one. */
  readonly tallies: ReadonlyMap<number, RuleTally>
}

/** Makes such a plan. It has no input schema either, because scripted tasks read no input. */
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
