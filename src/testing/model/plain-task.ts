import type { OnFailure, Outcome, TaskId } from '../../../machines/outcome.ts'
import type { TaskStatus } from '../../events/task-view.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import type { RuleName } from '../../graph/rules.ts'

const never = Number.POSITIVE_INFINITY

/** A task of a `PlainRun`. */
export class PlainTask {
  readonly id: TaskId
  readonly index: number
  readonly needs: readonly number[]
  readonly rule: RuleName
  readonly teardown: boolean
  readonly onFailure: OnFailure
  readonly maxAttempts: number
  readonly priority: number
  readonly #planned: PlannedTask
  status: TaskStatus = 'pending'
  outcome: Outcome | undefined
  attempt = 0
  /** Attempts that count against `maxAttempts`. */
  used = 0
  /** When each open question waits no longer, the oldest first. */
  asked: readonly number[] = []
  /** In `dispatched`. With `confirm` it is asked whether it may start, and is not taken up. */
  waitingFor: 'grant' | 'retry' | 'answer' | 'confirm' | undefined
  /** It was told that it may start. */
  isConfirmed = false
  stopReason: 'kill' | 'timeout' | undefined
  /** The instant it waits for, but for those of its questions. */
  limitAt = never

  constructor(task: PlannedTask) {
    this.#planned = task
    this.id = task.id
    this.index = task.index
    this.needs = task.needs
    this.rule = named(task)
    this.teardown = task.teardown
    this.onFailure = task.policy.onFailure
    this.maxAttempts = task.policy.maxAttempts
    this.priority = task.priority
  }

  /** It has begun in this life of the run, and is not settled. */
  get isTakenUp(): boolean {
    if (this.status === 'dispatched') return this.waitingFor !== 'confirm'
    return this.status === 'running' || this.status === 'stopping'
  }

  /** A person has to be asked before its first attempt. */
  get asksFirst(): boolean {
    return this.#planned.confirm !== undefined && this.attempt === 0 && !this.isConfirmed
  }

  get questions(): number {
    return this.asked.length
  }

  /** The first instant it waits for. */
  get dueAt(): number {
    return Math.min(this.limitAt, ...this.asked)
  }

  /** What it is answered where nobody is in time. */
  get defaultAnswer(): string {
    const { confirm, policy } = this.#planned
    return this.waitingFor === 'confirm' ? (confirm?.defaultAnswer ?? 'no') : policy.defaultDecision
  }

  get makesRunFail(): boolean {
    if (this.outcome?.status === 'failed') return !this.outcome.ignored
    return this.outcome?.status === 'killed' && this.onFailure !== 'ignore'
  }

  /** A redrive of the whole run begins with it. */
  get isRedrivable(): boolean {
    return this.outcome?.status === 'killed' || (this.outcome?.status === 'failed' && !this.outcome.ignored)
  }

  get backoffMs(): number {
    const { baseMs, factor, capMs } = this.#planned.backoff
    return Math.min(baseMs * factor ** (this.used - 1), capMs)
  }

  begin(now: number): void {
    this.status = 'running'
    this.waitingFor = undefined
    this.attempt++
    this.used++
    this.limitAt = now + this.#planned.policy.timeoutMs
  }

  /** Its attempt is told to end. A kill overrides a timeout, and gives it no more time. */
  stop(reason: 'kill' | 'timeout', now: number): void {
    if (this.status !== 'stopping') this.limitAt = now + this.#planned.policy.killGraceMs
    this.status = 'stopping'
    this.stopReason = reason
    this.asked = []
  }

  wait(waitingFor: 'grant' | 'retry' | 'answer' | 'confirm', now: number, limitAt = never): void {
    this.status = 'dispatched'
    this.waitingFor = waitingFor
    this.stopReason = undefined
    const isAsked = waitingFor === 'answer' || waitingFor === 'confirm'
    this.asked = isAsked ? [now + this.#planned.policy.answerWithinMs] : []
    this.limitAt = limitAt
  }

  settle(outcome: Outcome): void {
    this.status = outcome.status
    this.outcome = outcome
    this.waitingFor = undefined
    this.stopReason = undefined
    this.asked = []
    this.limitAt = never
  }

  /** A redrive: everything starts again, except the numbers of attempts. */
  reopen(): void {
    this.status = 'pending'
    this.outcome = undefined
    this.used = 0
    this.isConfirmed = false
  }
}

function named({ id, rule }: PlannedTask): RuleName {
  if (typeof rule !== 'function') return rule
  throw new Error(`The rule of ${id} is a function, which the model does not know.`)
}
