import { thrownText } from '../../errors/foreign-value.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { CheckSettings } from '../options.ts'
import { impossibleRules } from './impossible-rules.ts'
import type { TalliedPlan } from '../explore/tallied-plan.ts'
import { type Variant, variantPhrase } from '../variants/variant.ts'
import { ruleName } from './rule-name.ts'
import { type FindingDraft, noTroubles, type Watcher } from './watcher.ts'

export interface RulesWatcher extends Watcher {
  /** The tasks that have not started in any run yet because of their own rule, not because of a dependency's. */
  unmet(): readonly PlannedTask[]
}

/** Watches which rules are met, and which rule functions ever decide anything. */
export function rulesWatcher(plan: Plan, tallied: TalliedPlan, settings: CheckSettings): RulesWatcher {
  const started = new Set<number>()
  /** Those that could start, had anybody been there to do them. */
  const met = new Set<number>()
  const byKillOnly = new Map<number, Variant>()
  const thrown = new Map<number, Variant>()
  let runs = 0
  const unmet = (): readonly PlannedTask[] =>
    plan.tasks.filter(
      ({ index, needs, rule }) =>
        !started.has(index) &&
        !met.has(index) &&
        // A rule that wants a task completed that never starts is only a consequence.
        !(rule === 'all-completed' && needs.some((need) => !started.has(need))),
    )
  return {
    unmet,
    troublesIn: () => noTroubles,
    see: ({ facts, variant }) => {
      runs++
      const isKilled = variant.faults.some(({ kind }) => kind === 'killed')
      for (const fact of facts) {
        if (fact.type === 'task.dispatched') {
          const index = plan.indexOf(fact.taskId)!
          if (!isKilled) started.add(index)
          else if (!byKillOnly.has(index)) byKillOnly.set(index, variant)
        }
        if (fact.type === 'dispatch.no-agent' || fact.type === 'dispatch.quota-exceeded') {
          met.add(plan.indexOf(fact.taskId)!)
        }
        if (fact.type === 'task.failed' && fact.failure.code === 'RULE_THREW') {
          const index = plan.indexOf(fact.taskId)!
          if (!thrown.has(index)) thrown.set(index, variant)
        }
      }
    },
    drafts: () => {
      // Where failures are not tried, nothing can be said about rules for failures.
      const isTold = settings.faults.has('fails')
      const impossible = impossibleRules(plan)
      const never = unmet().filter(({ index }) => !thrown.has(index) && (isTold || impossible.has(index)))
      return [
        ...never.map((task) =>
          neverFires(task, {
            isProven: impossible.has(task.index),
            runs,
            plan,
            kill: byKillOnly.get(task.index),
          }),
        ),
        ...impure(plan, tallied),
        ...[...thrown].map(([index, variant]) => throws(plan.tasks[index]!, tallied, variant)),
        ...(isTold ? decidesNothing(plan, tallied, runs) : []),
      ]
    },
  }
}

function neverFires(
  { id, rule, needs }: PlannedTask,
  given: {
    readonly isProven: boolean
    readonly runs: number
    readonly plan: Plan
    readonly kill: Variant | undefined
  },
): FindingDraft {
  const { isProven, runs, plan, kill } = given
  const ignoring = needs
    .map((need) => plan.tasks[need]!)
    .filter(({ policy }) => policy.onFailure === 'ignore')
    .map((need) => need.id)
  const reasons = [
    ...(ignoring.length > 0
      ? [`a failure of ${ignoring.join(', ')} is ignored and counts as completed`]
      : []),
    ...(rule === 'all-skipped' ? ['what is skipped because of a failure counts as failed'] : []),
  ]
  const because = isProven && reasons.length > 0 ? `, since ${reasons.join(', and ')}` : ''
  const how = isProven
    ? `can never be met, whatever fails${because}`
    : `was met in none of ${runs} explored runs, some of which were made for it`
  const unless = kill === undefined ? '' : ` Only a kill by hand would start it (${variantPhrase(kill)}).`
  const isFunction = typeof rule === 'function'
  return {
    code: 'RULE_NEVER_FIRES',
    severity: isProven ? 'error' : 'warning',
    sentence: `${id} never runs: its rule ${ruleName(rule)} ${how}.${unless}`,
    hint: isFunction
      ? `Let the rule say yes to something that can happen. If it looks at outputs, tell the check what they are: { outputs: { '${plan.tasks[needs[0] ?? 0]?.id ?? 'build'}': … } }.`
      : `Choose another rule, or depend on other tasks${ignoring.length > 0 ? ", or take onFailure: 'ignore' away" : ''}.`,
    taskIds: [id],
  }
}

function throws(
  { id, index, needs }: PlannedTask,
  { plan, tallies }: TalliedPlan,
  variant: Variant,
): FindingDraft {
  const thrown = tallies.get(index)?.thrown
  const message = thrownText(thrown)
  return {
    code: 'RULE_THROWS',
    severity: 'warning',
    sentence: `The rule of ${id} throws when ${variantPhrase(variant)}: ${message}`,
    hint: `A dependency may have failed or been skipped, and then has no output. If the rule looks at outputs, tell the check what they are: { outputs: { '${plan.tasks[needs[0] ?? 0]?.id ?? 'build'}': … } }.`,
    taskIds: [id],
    variant,
  }
}

function impure(plan: Plan, { tallies }: TalliedPlan): readonly FindingDraft[] {
  return [...tallies].flatMap(([index, { isImpure }]): readonly FindingDraft[] => {
    if (!isImpure) return []
    const { id, rule } = plan.tasks[index]!
    const name = typeof rule === 'function' && rule.name !== '' ? `, '${rule.name}',` : ''
    return [
      {
        code: 'RULE_IMPURE',
        severity: 'error',
        sentence: `The rule of ${id}${name} answers differently when it is asked again about the same outcomes.`,
        hint: 'Let it decide by the outcomes alone: no clock, no chance, nothing that it or others write to. A recovered run asks it again.',
        taskIds: [id],
      },
    ]
  })
}

function decidesNothing(plan: Plan, { tallies }: TalliedPlan, runs: number): readonly FindingDraft[] {
  return [...tallies].flatMap(([index, { met, unmet, threw }]): readonly FindingDraft[] => {
    const { id, needs } = plan.tasks[index]!
    if (met === 0 || unmet > 0 || threw > 0 || needs.length === 0) return []
    return [
      {
        code: 'RULE_NEVER_FALSE',
        severity: 'note',
        sentence: `The rule of ${id} said yes in every one of ${runs} explored runs in which it was asked.`,
        hint: "If that is meant, 'all-settled' says the same.",
        taskIds: [id],
      },
    ]
  })
}
