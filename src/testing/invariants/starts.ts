import type { Outcome, TaskId } from '../../../machines/outcome.ts'
import { endsAttempt } from '../facts/attempts-of.ts'
import { outcomeIn } from '../facts/outcome-in.ts'
import { ruleHolds } from '../facts/rule-oracle.ts'
import { type Finding, found, type Judged, taskOf } from './judged.ts'

/**
 * 1. A task starts only when its rule is met by settled dependencies. One that asks first is asked about only then, and
 * makes its first attempt after a yes.
 */
export function startsOnlyWhenRuleIsMet({ plan, facts }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  const outcomes = new Map<TaskId, Outcome>()
  const confirmed = new Set<TaskId>()
  for (const fact of facts) {
    if (fact.taskId === undefined) continue
    if (fact.type === 'task.redriven') {
      outcomes.delete(fact.taskId)
      confirmed.delete(fact.taskId)
    }
    if (fact.type === 'task.answered' && fact.answer === 'yes') confirmed.add(fact.taskId)
    const outcome = outcomeIn(fact)
    if (outcome !== undefined) outcomes.set(fact.taskId, outcome)
    const isAsked = fact.type === 'task.asked' && fact.of === 'confirm'
    if (fact.type !== 'task.dispatched' && !isAsked) continue
    const { needs, rule, confirm } = taskOf(plan, fact.taskId)
    if (!isAsked && confirm !== undefined && fact.attempt === 1 && !confirmed.has(fact.taskId))
      findings.push(found(1, fact, `${fact.taskId} started although nobody had said that it may`))
    const dependencies = needs.map((need) => {
      const { id } = plan.tasks[need]!
      return [id, outcomes.get(id)] as const
    })
    if (ruleHolds(rule, dependencies)) continue
    const stood = dependencies.map(([id, settled]) => `${id} ${settled?.status ?? 'not settled'}`)
    // To ask a function again is all that can be done.
    const [named, when] =
      typeof rule === 'function' ? [`its own ${rule.name}`.trim(), 'when asked again'] : [`'${rule}'`, '']
    const message =
      `${fact.taskId} ${isAsked ? 'asked' : 'started'} although its rule, ${named}, was not met ${when}`.trim()
    findings.push(found(1, fact, `${message} (${stood.join(', ')})`))
  }
  return findings
}

/** 2. A task has at most one live attempt. */
export function hasOneLiveAttempt({ facts }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  const live = new Map<TaskId, number>()
  for (const fact of facts) {
    if (fact.taskId === undefined) continue
    if (fact.type === 'task.dispatched') {
      const before = live.get(fact.taskId)
      if (before !== undefined) {
        const message = `attempt ${fact.attempt} of ${fact.taskId} began while attempt ${before} was live`
        findings.push(found(2, fact, message))
      }
      live.set(fact.taskId, fact.attempt)
    } else if (endsAttempt(fact)) live.delete(fact.taskId)
  }
  return findings
}
