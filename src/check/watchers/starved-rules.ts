import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan } from '../../graph/plan.ts'
import { isBlockedByFailure, type StatedRule } from '../../graph/rules.ts'
import type { Explanation } from '../../events/explanation.ts'
import { listed } from '../../text/listed.ts'
import { tasksListed } from '../report/listed.ts'
import type { Variant } from '../variants/variant.ts'
import { ruleName } from './rule-name.ts'
import type { FindingDraft } from './watcher.ts'

export interface StarvedRule {
  readonly rule: StatedRule
  readonly variant: Variant
  readonly causes: Set<TaskId>
}

/** Notes a task whose rule waits for what never settles, and the tasks to blame. */
export function noteStarvedRule(
  { taskId, waitsFor }: Explanation,
  roots: ReadonlySet<TaskId>,
  variant: Variant,
  starvedRules: Map<TaskId, StarvedRule>,
): void {
  if (roots.has(taskId)) return
  for (const one of waitsFor) {
    // A task that a failure would have blocked starves with good reason.
    if (one.kind !== 'dependencies' || isBlockedByFailure(one.rule)) continue
    const starved = starvedRules.get(taskId) ?? { rule: one.rule, variant, causes: new Set<TaskId>() }
    for (const root of roots) starved.causes.add(root)
    starvedRules.set(taskId, starved)
  }
}

/** One finding for all: where one task hangs for ever, everything that waits for it starves. */
export function starvesFinding(
  plan: Plan,
  starvedRules: ReadonlyMap<TaskId, StarvedRule>,
): readonly FindingDraft[] {
  const [first] = starvedRules
  if (first === undefined) return []
  const [firstId, { variant }] = first
  const taskIds = [...starvedRules.keys()]
  const causes = [...new Set([...starvedRules.values()].flatMap((one) => [...one.causes]))]
  const inOrder = plan.tasks.map(({ id }) => id).filter((id) => causes.includes(id))
  const whose = inOrder.length === 1 ? inOrder[0]! : `one of ${tasksListed(inOrder)}`
  const rules = taskIds.map((id) => `${id} (rule ${ruleName(starvedRules.get(id)!.rule)})`)
  return [
    {
      code: 'RULE_STARVES',
      severity: 'error',
      sentence: `${listed(rules)} ${taskIds.length === 1 ? 'starves' : 'starve'} when ${whose} never ends: what is meant to run whatever becomes of the others is neither met nor given up.`,
      hint: `Limit how long those before ${taskIds.length === 1 ? firstId : 'them'} may take (timeout, stall): their end, however bad, lets the rule decide.`,
      taskIds,
      variant,
    },
  ]
}
