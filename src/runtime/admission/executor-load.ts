import type { Executor } from '../../ports/executor.ts'
import { Deferral } from '../../scheduling/deferral.ts'

/** What the runtime knows of one executor, over all its runs. */
export class ExecutorLoad {
  readonly name: string
  readonly executor: Executor
  /** Its index among the runtime's executors. */
  readonly key: number
  readonly deferral = new Deferral()
  /** How many attempts of this runtime it has been granted that have not ended. */
  carrying = 0
  /** True when it has declined an offer, and is not asked again before something changes. */
  hasDeclined = false
  /** True when it was offered something in the current batch. */
  isAsked = false

  constructor(name: string, executor: Executor, key: number) {
    this.name = name
    this.executor = executor
    this.key = key
  }

  /** True when it has a capacity and carries that much. */
  get isFull(): boolean {
    return this.executor.capacity !== undefined && this.carrying >= this.executor.capacity
  }

  /** True when it may be offered one more. */
  get hasRoom(): boolean {
    return !this.hasDeclined && !this.isFull
  }

  /**
   * Whether it takes one more attempt. An executor that throws here is granted the attempt, which fails when it starts.
   */
  accepts(taskId: string, work: unknown): boolean {
    if (this.executor.accepts === undefined) return true
    try {
      return this.executor.accepts(this.carrying, taskId, work)
    } catch {
      return true
    }
  }
}
