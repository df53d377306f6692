import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'

type OfType<Type extends RunFact['type']> = Extract<RunFact, { type: Type }>

const ends = new Set([
  'task.retrying',
  'task.deferred',
  'task.interrupted',
  'task.completed',
  'task.failed',
  'task.killed',
])

/** True for the facts that end an attempt and free what it held. */
export function endsAttempt(fact: RunFact): fact is Extract<RunFact, { taskId: TaskId }> {
  return ends.has(fact.type) || (fact.type === 'task.asked' && fact.of === 'failure')
}

export interface ToldAttempt {
  /** How it began. */
  readonly fact: OfType<'task.dispatched'>
  /** Its number among the attempts that count, since the start, a redrive, or a person's `retry`. */
  readonly used: number
  /** The retry that followed it. */
  readonly retry: OfType<'task.retrying'> | undefined
  /** When the next attempt was granted. */
  readonly nextAt: number | undefined
}

/** The attempts of a task, read from its facts. One that its executor took back, or that was interrupted, does not count. */
export function attemptsOf(facts: readonly RunFact[], taskId: TaskId): readonly ToldAttempt[] {
  const attempts: { -readonly [Field in keyof ToldAttempt]: ToldAttempt[Field] }[] = []
  let used = 0
  let isStarting = false
  let isFailureAsked = false
  for (const fact of facts) {
    if (fact.taskId !== taskId) continue
    if (fact.type === 'task.dispatched') {
      const last = attempts.at(-1)
      if (last !== undefined) last.nextAt = fact.at
      attempts.push({ fact, used: ++used, retry: undefined, nextAt: undefined })
    }
    if ((fact.type === 'task.deferred' && isStarting) || fact.type === 'task.interrupted') used--
    const latest = attempts.at(-1)
    if (fact.type === 'task.retrying' && latest !== undefined) latest.retry = fact
    if (fact.type === 'task.redriven') {
      used = 0
      // A redriven task does not wait for the retry that a kill cut short.
      if (latest !== undefined) latest.retry = undefined
    }
    if (fact.type === 'task.asked') isFailureAsked = fact.of === 'failure'
    if (fact.type === 'task.answered' && isFailureAsked && fact.answer === 'retry') used = 0
    isStarting = fact.type === 'task.starting'
  }
  return attempts
}
