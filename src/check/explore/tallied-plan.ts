import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { RuleFunction } from '../../graph/rules.ts'

/** How often a rule function was called, and what it returned. */
export interface RuleTally {
  met: number
  unmet: number
  threw: number
  /** The latest value that it threw. */
  thrown: unknown
  /** True once it answered differently to the same outcomes. */
  isImpure: boolean
}

/** The user's plan, made ready to be explored: nothing that decides is changed, but its rule functions are counted. */
export interface TalliedPlan {
  readonly plan: Plan
  /** The same plan for who judges a run afterwards: its rule functions say again what they said last. */
  readonly answered: Plan
  /** By task index; only tasks whose rule is a function have one. */
  readonly tallies: ReadonlyMap<number, RuleTally>
}

/**
 * Makes such a plan. It has no input schema either, because scripted tasks read no input. Where there are no agents, it asks
 * for none.
 */
export function talliedPlan(plan: Plan, hasAgents = false): TalliedPlan {
  const tallies = new Map<number, RuleTally>()
  const answered: PlannedTask[] = []
  const tasks = plan.tasks.map((given): PlannedTask => {
    const task = hasAgents || given.agent === undefined ? given : { ...given, agent: undefined }
    answered.push(task)
    if (typeof task.rule !== 'function') return task
    const tally: RuleTally = { met: 0, unmet: 0, threw: 0, thrown: undefined, isImpure: false }
    tallies.set(task.index, tally)
    let latest = false
    const rule = tallied(task.rule, tally)
    answered[task.index] = { ...task, rule: () => latest }
    return { ...task, rule: (outcomes) => (latest = rule(outcomes)) }
  })
  return {
    plan: { ...plan, tasks, inputSchema: undefined },
    answered: { ...plan, tasks: answered },
    tallies,
  }
}

/** How many answers of a rule are remembered. */
const mostRemembered = 10_000

function tallied(rule: RuleFunction, tally: RuleTally): RuleFunction {
  const known = new Map<string, boolean | 'threw'>()
  return (outcomes) => {
    const first = asked(rule, outcomes)
    // Twice at once and once more when the same comes again: some change with each call, others with time.
    if (answerOf(first) !== answerOf(asked(rule, outcomes))) tally.isImpure = true
    const key = textOf(outcomes)
    if (key !== undefined) {
      const before = known.get(key)
      if (before !== undefined && before !== answerOf(first)) tally.isImpure = true
      if (known.size < mostRemembered) known.set(key, answerOf(first))
    }
    if ('thrown' in first) {
      tally.threw++
      tally.thrown = first.thrown
      throw first.thrown
    }
    if (first.isMet) tally.met++
    else tally.unmet++
    return first.isMet as boolean
  }
}

/** A rule may give anything for yes and no. */
type Answer = { readonly isMet: unknown } | { readonly thrown: unknown }

function asked(rule: RuleFunction, outcomes: Parameters<RuleFunction>[0]): Answer {
  try {
    return { isMet: rule(outcomes) }
  } catch (thrown) {
    return { thrown }
  }
}

function answerOf(answer: Answer): boolean | 'threw' {
  return 'thrown' in answer ? 'threw' : Boolean(answer.isMet)
}

function textOf(outcomes: object): string | undefined {
  try {
    return JSON.stringify(outcomes)
  } catch {
    // The user's own outputs may be anything.
    return undefined
  }
}
