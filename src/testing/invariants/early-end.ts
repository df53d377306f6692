import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import { outcomeIn } from '../facts/outcome-in.ts'
import type { TaskFact } from './judged.ts'

/** How a run is being ended early, by its facts, and what it may still start. */
export class EarlyEnd {
  readonly #plan: Plan
  readonly #settled = new Set<TaskId>()
  /** The tasks of which there was an attempt, ever. */
  readonly #attempted = new Set<TaskId>()
  /** The tasks that were told that they may start. */
  readonly #confirmed = new Set<TaskId>()
  /** The fact that ends the run; undefined while nothing does. */
  by: 'run.killing' | 'run.draining' | undefined
  /** True after a further kill. */
  endsTeardowns = false

  constructor(plan: Plan) {
    this.#plan = plan
  }

  see(fact: RunFact): void {
    if (fact.type === 'run.killing' || fact.type === 'run.draining') {
      this.by = fact.type
      this.endsTeardowns = 'endsTeardowns' in fact && fact.endsTeardowns
    } else if (fact.type === 'run.redriven') {
      this.by = undefined
      this.endsTeardowns = false
    }
    if (fact.taskId === undefined) return
    if (fact.type === 'task.redriven') {
      this.#settled.delete(fact.taskId)
      this.#confirmed.delete(fact.taskId)
    }
    if (fact.type === 'task.answered' && fact.answer === 'yes') this.#confirmed.add(fact.taskId)
    if (fact.type === 'task.dispatched') this.#attempted.add(fact.taskId)
    if (outcomeIn(fact) !== undefined) this.#settled.add(fact.taskId)
  }

  /** What is wrong with what the fact says of its task, if anything. Call it before `see`. */
  complaint(fact: TaskFact): string | undefined {
    if (this.by === undefined) return undefined
    const { taskId, type } = fact
    if (type === 'task.asked' && fact.of === 'confirm') return 'though nobody is to be asked any more'
    const { teardown: isTeardown, confirm } = this.#plan.tasks[this.#plan.indexOf(taskId)!]!
    const isSpared = isTeardown && !this.endsTeardowns
    const isStart = starts.has(type)
    if (isSpared && isStart) {
      if (!this.#needsOf(taskId).every((id) => this.#settled.has(id)))
        return 'before all that it needs had ended'
      return this.#hasCause(taskId) ? undefined : 'though nothing that it needs ever started'
    }
    if (isSpared && type === 'task.skipped' && fact.because.startsWith('run-')) {
      const asksFirst = confirm !== undefined && !this.#attempted.has(taskId) && !this.#confirmed.has(taskId)
      return this.#hasCause(taskId) && !asksFirst ? 'a teardown of what had started' : undefined
    }
    // An attempt that was asked to start before the run was ended may be seen to have started by a drain.
    const isLate = isStart || (type === 'task.started' && this.by === 'run.killing' && !isSpared)
    return isLate ? (isTeardown ? 'after a further kill' : 'no teardown') : undefined
  }

  #needsOf(taskId: TaskId): readonly TaskId[] {
    return this.#plan.tasks[this.#plan.indexOf(taskId)!]!.needs.map((need) => this.#plan.tasks[need]!.id)
  }

  #hasCause(taskId: TaskId): boolean {
    return this.#needsOf(taskId).some((id) => this.#attempted.has(id))
  }
}

const starts: ReadonlySet<RunFact['type']> = new Set(['task.ready', 'task.dispatched', 'task.starting'])
