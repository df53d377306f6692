import type { PlannedTask } from '../graph/plan.ts'
import { type CountsAs, evaluateRule, isMetAtOnce, type RuleState } from '../graph/rules.ts'

/** What the settlement of a task decided for its dependents, in the order of the plan. */
export interface Unblocked {
  /** Their rule is met. */
  readonly ready: readonly number[]
  /** Their rule can no longer be met, and this is the time to skip them. */
  readonly doomed: readonly number[]
}

const nothing: Unblocked = { ready: [], doomed: [] }

/**
 * Knows which tasks have their rule met, which can no longer meet it, and which still wait. A settlement looks at the
 * task's dependents only, whatever the size of the dag.
 */
export class Frontier {
  readonly #tasks: readonly PlannedTask[]
  readonly #decide: (task: number) => boolean
  readonly #completed: Int32Array
  readonly #failed: Int32Array
  readonly #skipped: Int32Array
  /** 1 once the task has been given out as ready or doomed, so that neither happens twice. */
  readonly #decided: Uint8Array
  /** True once no rule is met before all dependencies are settled, not even one that a single one can meet. */
  isPatient = false

  /**
   * `decide` answers for a task whose rule is a function. It is called once, when all dependencies of the task are
   * settled.
   */
  constructor(tasks: readonly PlannedTask[], decide: (task: number) => boolean) {
    this.#tasks = tasks
    this.#decide = decide
    this.#completed = new Int32Array(tasks.length)
    this.#failed = new Int32Array(tasks.length)
    this.#skipped = new Int32Array(tasks.length)
    this.#decided = new Uint8Array(tasks.length)
  }

  /** The tasks that wait for nothing. Call it once, before anything settles. */
  open(): number[] {
    const ready: number[] = []
    for (const task of this.#tasks) {
      if (this.#decided[task.index] === 1) continue
      if (task.needs.length > 0 && !isMetAtOnce(task.rule)) continue
      this.#decided[task.index] = 1
      ready.push(task.index)
    }
    return ready
  }

  /** Takes a task out: from now on no settlement makes it ready or doomed. */
  close(task: number): void {
    this.#decided[task] = 1
  }

  /** True while the task's rule is neither met nor impossible. */
  waits(task: number): boolean {
    return this.#decided[task] === 0
  }

  areNeedsSettled(task: number): boolean {
    const settled = this.#completed[task]! + this.#failed[task]! + this.#skipped[task]!
    return settled === this.#tasks[task]!.needs.length
  }

  settle(task: number, as: CountsAs): Unblocked {
    const dependents = this.#tasks[task]!.dependents
    if (dependents.length === 0) return nothing
    const counts = as === 'completed' ? this.#completed : as === 'failed' ? this.#failed : this.#skipped
    let ready: number[] | undefined
    let doomed: number[] | undefined
    for (const dependent of dependents) {
      counts[dependent]!++
      if (this.#decided[dependent] === 1) continue
      const status = this.#status(dependent)
      if (status === 'open' || status === 'hopeless') continue
      if (this.isPatient && status === 'met' && !this.areNeedsSettled(dependent)) continue
      this.#decided[dependent] = 1
      if (status === 'met') (ready ??= []).push(dependent)
      else (doomed ??= []).push(dependent)
    }
    if (ready === undefined && doomed === undefined) return nothing
    return { ready: ready ?? nothing.ready, doomed: doomed ?? nothing.doomed }
  }

  #status(task: number): RuleState {
    const { needs, rule } = this.#tasks[task]!
    const completed = this.#completed[task]!
    const failed = this.#failed[task]!
    const skipped = this.#skipped[task]!
    if (typeof rule === 'function') {
      if (completed + failed + skipped < needs.length) return 'open'
      return this.#decide(task) ? 'met' : 'never'
    }
    // A short way for the rule that most tasks have.
    if (rule === 'all-completed' && failed + skipped === 0) return completed === needs.length ? 'met' : 'open'
    return evaluateRule(rule, { needs: needs.length, completed, failed, skipped })
  }
}
