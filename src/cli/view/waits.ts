import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'

interface Wait {
  /** How long it has waited since its first start, without the wait that goes on. */
  ms: number
  /** Since when it waits; undefined while it is at work. */
  since: number | undefined
  /** How many questions of its handler are open. */
  questions: number
}

/**
 * How long tasks wait between their first start and their end, when nobody works on them: for an answer, for the next
 * attempt, and for room.
 */
export class Waits {
  readonly #tasks = new Map<TaskId, Wait>()

  /** Milliseconds; 0 for a task that has not waited, or not started. */
  of(id: TaskId): number {
    return this.#tasks.get(id)?.ms ?? 0
  }

  apply(fact: Fact): void {
    if (fact.taskId === undefined) return
    const wait = this.#tasks.get(fact.taskId)
    if (fact.type === 'task.started' && wait === undefined) {
      this.#tasks.set(fact.taskId, { ms: 0, since: undefined, questions: 0 })
    }
    // Before its first start it waits for others.
    if (wait === undefined) return
    if (fact.type === 'task.asked') {
      wait.questions = fact.of === 'handler' ? wait.questions + 1 : 0
      wait.since ??= fact.at
    } else if (fact.type === 'task.answered') {
      // An answer to its failure settles the task, or has it wait for room.
      if (wait.questions === 1) goesOn(wait, fact.at)
      else if (wait.questions > 1) wait.questions--
    } else if (pauses.has(fact.type)) {
      wait.questions = 0
      wait.since ??= fact.at
    } else if (resumes.has(fact.type)) {
      goesOn(wait, fact.at)
      // If it is redriven, it has waited since its end.
      if (settles.has(fact.type)) wait.since = fact.at
    }
  }
}

/** An attempt is over, and another may follow. */
const pauses: ReadonlySet<Fact['type']> = new Set(['task.retrying', 'task.deferred', 'task.interrupted'])
const settles: ReadonlySet<Fact['type']> = new Set(['task.completed', 'task.failed', 'task.killed'])
const resumes: ReadonlySet<Fact['type']> = new Set([...settles, 'task.dispatched', 'task.stopping'])

function goesOn(wait: Wait, at: number): void {
  if (wait.since !== undefined) wait.ms += Math.max(0, at - wait.since)
  wait.since = undefined
  wait.questions = 0
}
