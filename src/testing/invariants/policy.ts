import type { RunFact } from '../../events/facts.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { attemptsOf } from '../facts/attempts-of.ts'
import { groupedBy } from './grouped-by.ts'
import { type Finding, found, type Judged } from './judged.ts'

/** 8. A task uses at most `maxAttempts` attempts, with waits inside the policy's bounds. */
export function attemptsStayInPolicy({ plan, facts }: Judged): readonly Finding[] {
  const byTask = groupedBy(facts, ({ taskId }) => taskId)
  return plan.tasks.flatMap((task) => ofTask(task, byTask.get(task.id) ?? []))
}

function ofTask(task: PlannedTask, facts: readonly RunFact[]): Finding[] {
  const { id, policy } = task
  return attemptsOf(facts, id).flatMap(({ fact, used, retry, nextAt }) => {
    const findings: Finding[] = []
    if (used > policy.maxAttempts) {
      const message = `attempt ${fact.attempt} of ${id} is number ${used} of ${policy.maxAttempts}`
      findings.push(found(8, fact, message))
    }
    if (retry === undefined) return findings
    if (used >= policy.maxAttempts) {
      findings.push(
        found(8, retry, `attempt ${fact.attempt} of ${id} was the last, and yet there is a retry`),
      )
    }
    const waited = retry.until - retry.at
    const { least, most } = waitBounds(task, used, retry.failure.retryAfterMs)
    if (waited < least || waited > most) {
      findings.push(found(8, retry, `${id} waits ${waited} ms for its next attempt, not ${least} to ${most}`))
    }
    if (nextAt !== undefined && nextAt < retry.until) {
      const early = `${id} was tried again ${retry.until - nextAt} ms before its retry was due`
      findings.push(found(8, retry, early))
    }
    return findings
  })
}

function waitBounds(
  { backoff }: PlannedTask,
  used: number,
  asked: number | undefined,
): { readonly least: number; readonly most: number } {
  if (asked !== undefined) return { least: asked, most: asked }
  let plain = backoff.baseMs
  for (let attempt = 1; attempt < used; attempt++) plain *= backoff.factor
  plain = Math.min(plain, backoff.capMs)
  return {
    least: Math.floor(plain * (1 - backoff.jitter)),
    most: Math.ceil(Math.min(plain * (1 + backoff.jitter), backoff.capMs)),
  }
}
