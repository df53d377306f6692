import type { Executor } from '../../ports/executor.ts'
import { Deferral } from '../../scheduling/deferral.ts'

/** What the runtime keeps of one executor, for all its runs. */
export class ExecutorLoad {
  readonly name: string
  readonly executor: Executor
  /** Its place among the runtime's executors. */
  readonly key: number
  readonly deferral = new Deferral()
  /** Attempts of this runtime that it has been granted and that have not ended. */
  carrying = 0
  /** It has declined an offer and is not asked again before something changes. */
  hasDeclined = false
  /** It was offered something in the batch that is not closed yet. */
  isAsked = false

  constructor(name: string, executor: Executor, key: number) {
    this.name = name
    this.executor = executor
    this.key = key
  }

  /** True when it has said how much it carries, and carries it. */
  get isFull(): boolean {
    return this.executor.capacity !== undefined && this.carrying >= this.executor.capacity
  }

  /** True when it may be offered one more. */
  get hasRoom(): boolean {
    return !this.hasDeclined && !this.isFull
  }

  /** Whether it takes one more. An executor that throws here is granted the attempt, and fails it when it starts. */
  accepts(taskId: string, work: unknown): boolean {
    if (this.executor.accepts === undefined) return true
    try {
      return this.executor.accepts(this.carrying, taskId, work)
    } catch {
      return true
    }
  }
}
