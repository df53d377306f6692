import type { RunState } from '../../../machines/dag.ts'
import type { Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import type { ErrorCode } from '../../errors/dagmar-error.ts'
import type { Plan } from '../../graph/plan.ts'
import { barredOf, tasksToRedrive } from './plain-redrive.ts'
import { isMet, isToBeSkipped, type PlainDependency, skipOf } from './plain-rules.ts'
import { PlainTask } from './plain-task.ts'

/** How a handler ends. */
export type HandlerEnd = 'complete' | 'fail' | 'terminal' | 'retry-after'

/** What a handler's `RetryAfterError` asks for. */
export const retryAfterMs = 33

interface Ending {
  readonly how: 'killed' | 'drained' | 'aborted'
  readonly skip: { readonly because: SkipReason; readonly causedBy?: TaskId }
}

/**
 * A run as a plain object that takes one thing after the other: no actors, no outbox, no heap, no promise. It says how
 * each task and the run should stand after whatever the handle is asked, for dags of handlers with named rules.
 */
export class PlainRun {
  readonly tasks: readonly PlainTask[]
  readonly #concurrency: number
  status: RunState = 'running'
  #now: number
  /** Attempts that were given up, whose handlers may still end. */
  readonly abandoned: string[] = []
  /** How it is ended early, and how that skips tasks. */
  #ending: Ending | undefined
  /** True after a further kill. */
  #endsTeardowns = false
  #queue: PlainTask[] = []

  constructor(plan: Plan, concurrency: number, now: number) {
    this.tasks = plan.tasks.map((task) => new PlainTask(task))
    this.#concurrency = concurrency
    this.#now = now
  }

  /** Makes ready what waits for nothing that is open. */
  start(): void {
    for (const task of this.tasks)
      if (task.status === 'pending' && isMet(task.rule, this.#dependenciesOf(task))) this.#ready(task)
    this.#conclude()
  }

  /** The tasks whose handlers are still at work, including those that were told to end. */
  get live(): readonly PlainTask[] {
    return this.tasks.filter(({ status }) => status === 'running' || status === 'stopping')
  }

  get isSettled(): boolean {
    return this.status === 'completed' || this.status === 'failed' || this.status === 'killed'
  }

  /** The task at a place, wrapped. */
  taskAt(at: number): PlainTask {
    return this.tasks[at % this.tasks.length]!
  }

  endHandler(task: PlainTask, how: HandlerEnd): void {
    if (task.status === 'stopping') this.#ended(task)
    else if (how === 'complete') this.#settle(task, { status: 'completed', output: task.id })
    else this.#attemptFailed(task, how !== 'terminal', how === 'retry-after' ? retryAfterMs : undefined)
    this.#conclude()
  }

  ask(task: PlainTask, withinMs: number): void {
    if (task.status === 'running') task.asked = [...task.asked, this.#now + withinMs]
  }

  answer(task: PlainTask, answer: unknown): ErrorCode | undefined {
    if (task.status === 'running' && task.questions > 0) {
      task.asked = task.asked.slice(1)
      return undefined
    }
    if (task.waitingFor === 'confirm') return this.#confirm(task, answer)
    if (task.waitingFor !== 'answer') return 'ANSWER_STALE'
    if (answer === 'retry') {
      task.used = 0
      task.wait('grant', this.#now)
      this.#queue.push(task)
    } else if (answer === 'skip' || answer === 'ignore' || answer === 'abort') {
      this.#settleFailed(task, answer === 'ignore', false)
      if (answer === 'abort') this.#abort(task.id)
    } else return 'ANSWER_INVALID'
    this.#conclude()
    return undefined
  }

  #confirm(task: PlainTask, answer: unknown): ErrorCode | undefined {
    if (answer === 'yes') {
      task.isConfirmed = true
      task.asked = []
      task.waitingFor = undefined
      this.#ready(task)
    } else if (answer === 'no') this.#settle(task, { status: 'skipped', because: 'answered' })
    else return 'ANSWER_INVALID'
    this.#conclude()
    return undefined
  }

  killTask(task: PlainTask): void {
    if (task.outcome !== undefined || this.isSettled) return
    if (this.status === 'killing' && !task.teardown) return
    if (task.isTakenUp) this.#killLive(task)
    else {
      this.#queue = this.#queue.filter((other) => other !== task)
      this.#settle(task, { status: 'killed', reason: 'killed', abandoned: false })
    }
    this.#conclude()
  }

  kill(): void {
    if (this.isSettled) return
    if (this.status === 'killing') this.#endTeardowns()
    else this.#endAll({ how: 'killed', skip: { because: 'run-killed' } })
    this.#conclude()
  }

  drain(): void {
    if (this.status !== 'running' && this.status !== 'paused') return
    this.#ending = { how: 'drained', skip: { because: 'run-drained' } }
    this.status = 'draining'
    this.#skipRest()
    for (const task of this.tasks) {
      if (task.status === 'dispatched' && !this.#isLeft(task)) this.#killLive(task)
    }
    this.#conclude()
  }

  pause(): void {
    if (this.status === 'running') this.status = 'paused'
  }

  resume(): void {
    if (this.status === 'paused') this.status = 'running'
    this.#conclude()
  }

  /** Lets `ms` pass, one instant that something waits for after the other. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const next = Math.min(...this.tasks.map(({ dueAt }) => dueAt))
      if (next > until) break
      this.#now = Math.max(this.#now, next)
      for (const task of this.tasks.filter(({ dueAt }) => dueAt <= this.#now)) this.#due(task)
      this.#conclude()
    }
    this.#now = until
  }

  redrive(one: PlainTask | undefined): ErrorCode | undefined {
    if (!this.isSettled) return 'RUN_NOT_SETTLED'
    if (one?.outcome?.status === 'completed') return 'TASK_COMPLETED'
    const again = tasksToRedrive(this.tasks, one)
    if (again.size === 0) return undefined
    const barred = barredOf(this.tasks, again)
    if (one !== undefined && barred.has(one)) return 'TASK_BLOCKED'
    this.status = 'running'
    this.#ending = undefined
    this.#endsTeardowns = false
    for (const task of again) if (!barred.has(task)) task.reopen()
    this.start()
    return undefined
  }

  /** The end of whatever was done: the run is over, or who may start does. */
  #conclude(): void {
    if (!this.isSettled) this.#finishIfSettled()
    while (!this.isSettled && this.status !== 'paused' && this.live.length < this.#concurrency) {
      // A run that is ended early starts its teardowns when all that they need has ended.
      const mayStart = this.#queue.filter((task) => this.#ending === undefined || this.#needsNothing(task))
      const best = mayStart.reduce<PlainTask | undefined>(
        (first, task) => (first === undefined || task.priority > first.priority ? task : first),
        undefined,
      )
      if (best === undefined) return
      this.#queue = this.#queue.filter((task) => task !== best)
      best.begin(this.#now)
    }
  }

  #due(task: PlainTask): void {
    if (task.dueAt > this.#now) return
    const late = task.limitAt > this.#now
    if (late && task.status === 'running') task.asked = task.asked.filter((at) => at > this.#now)
    else if (late) this.answer(task, task.defaultAnswer)
    else if (task.waitingFor === 'retry') {
      task.wait('grant', this.#now)
      this.#queue.push(task)
    } else if (task.status === 'running') task.stop('timeout', this.#now)
    else {
      this.abandoned.push(`${task.id}/${task.attempt}`)
      if (task.stopReason === 'kill')
        this.#settle(task, { status: 'killed', reason: 'killed', abandoned: true })
      else {
        this.#settleFailed(task, task.onFailure === 'ignore', true)
        if (task.onFailure === 'abort') this.#abort(task.id)
      }
    }
  }

  /** A handler that was told to end has ended. */
  #ended(task: PlainTask): void {
    if (task.stopReason === 'kill')
      this.#settle(task, { status: 'killed', reason: 'killed', abandoned: false })
    else this.#attemptFailed(task, true, undefined)
  }

  #attemptFailed(task: PlainTask, mayRetry: boolean, asked: number | undefined): void {
    if (mayRetry && task.used < task.maxAttempts) {
      task.wait('retry', this.#now, this.#now + (asked ?? task.backoffMs))
    } else if (task.onFailure === 'ask') task.wait('answer', this.#now)
    else {
      this.#settleFailed(task, task.onFailure === 'ignore', false)
      if (task.onFailure === 'abort') this.#abort(task.id)
      return
    }
    if (this.#ending !== undefined && !this.#isLeft(task)) this.#killLive(task)
  }

  #killLive(task: PlainTask): void {
    if (task.status === 'dispatched') {
      this.#queue = this.#queue.filter((other) => other !== task)
      this.#settle(task, { status: 'killed', reason: 'killed', abandoned: false })
    } else task.stop('kill', this.#now)
  }

  #abort(cause: TaskId): void {
    if (this.status === 'killing') return
    this.#endAll({ how: 'aborted', skip: { because: 'run-aborted', causedBy: cause } })
  }

  #endAll(ending: Ending): void {
    this.#ending = ending
    this.status = 'killing'
    this.#skipRest()
    for (const task of this.tasks) {
      if (task.isTakenUp && task.outcome === undefined && !this.#isLeft(task)) this.#killLive(task)
    }
  }

  #endTeardowns(): void {
    this.#endsTeardowns = true
    this.#skipRest()
    for (const task of this.tasks) {
      if (task.isTakenUp && task.teardown && task.stopReason !== 'kill') this.#killLive(task)
    }
  }

  /** Skips what is not taken up, but for teardowns that have something to tidy up. */
  #skipRest(): void {
    const isOver = (task: PlainTask): boolean =>
      !task.isTakenUp && task.outcome === undefined && !this.#isLeft(task)
    const over = this.tasks.filter(isOver)
    this.#queue = this.#queue.filter((task) => task.isTakenUp || !over.includes(task))
    for (const task of over) this.#settle(task, { status: 'skipped', ...this.#ending!.skip }, over)
  }

  /** A teardown that an early end of the run leaves alone: it is at work, or waits for what it needs or for a slot. */
  #isLeft(task: PlainTask): boolean {
    if (!task.teardown || this.#endsTeardowns) return false
    // Nobody is asked about a run that is to end.
    if (task.waitingFor === 'answer' || task.waitingFor === 'confirm') return false
    const isAtWork = task.isTakenUp && task.status !== 'dispatched'
    return isAtWork || !this.#needsNothing(task) || this.#mayTidyUp(task)
  }

  #needsNothing({ needs }: PlainTask): boolean {
    return needs.every((need) => this.tasks[need]!.outcome !== undefined)
  }

  /** A dependency has started, in this life of the run or an earlier one. */
  #hasCause({ needs }: PlainTask): boolean {
    return needs.some((need) => this.tasks[need]!.attempt > 0)
  }

  /** Of a teardown in a run that is ended early: there is something to tidy up, and nobody has to be asked first. */
  #mayTidyUp(task: PlainTask): boolean {
    return this.#hasCause(task) && !task.asksFirst
  }

  #ready(task: PlainTask): void {
    if (task.asksFirst) {
      task.wait('confirm', this.#now)
      return
    }
    task.status = 'ready'
    this.#queue.push(task)
  }

  #settleFailed(task: PlainTask, ignored: boolean, abandoned: boolean): void {
    const failure = { code: 'MODEL', message: '', severity: 'error', retryable: false, at: 0 } as const
    const deadLettered = task.maxAttempts > 1 && task.used >= task.maxAttempts
    this.#settle(task, { status: 'failed', failure, deadLettered, ignored, abandoned })
  }

  /** Settles a task and, one after the other, whatever is skipped in consequence; makes ready what may start now. */
  #settle(first: PlainTask, outcome: Outcome, closed: readonly PlainTask[] = []): void {
    const settling: (readonly [PlainTask, Outcome])[] = [[first, outcome]]
    const doomed = new Set([first])
    for (const [cause, how] of settling) {
      cause.settle(how)
      const open = this.tasks.filter(({ status, needs }) => {
        return (status === 'pending' || status === 'ready') && needs.includes(cause.index)
      })
      for (const task of open.filter((one) => !doomed.has(one) && !closed.includes(one))) {
        const skip = this.#skipOf(task)
        if (skip !== undefined) {
          doomed.add(task)
          this.#queue = this.#queue.filter((other) => other !== task)
          settling.push([task, { status: 'skipped', ...skip }])
        } else if (task.status === 'pending' && this.#mayBeReady(task)) this.#ready(task)
      }
    }
  }

  /** Why a task is to be skipped now, if it is. */
  #skipOf(task: PlainTask): Ending['skip'] | undefined {
    if (this.#ending !== undefined && this.#needsNothing(task) && !this.#mayTidyUp(task))
      return this.#ending.skip
    const dependencies = this.#dependenciesOf(task)
    const isOver = task.status === 'pending' && isToBeSkipped(task.rule, dependencies)
    return isOver ? skipOf(task.rule, dependencies) : undefined
  }

  /** In a run that is ended early no rule is met before all dependencies have ended. */
  #mayBeReady(task: PlainTask): boolean {
    return (
      (this.#ending === undefined || this.#needsNothing(task)) && isMet(task.rule, this.#dependenciesOf(task))
    )
  }

  #finishIfSettled(): void {
    if (this.tasks.some(({ outcome }) => outcome === undefined)) return
    const failing = this.tasks.some(({ makesRunFail }) => makesRunFail)
    if (this.#ending === undefined) this.status = failing ? 'failed' : 'completed'
    else this.status = this.#ending.how === 'aborted' ? 'failed' : 'killed'
  }

  #dependenciesOf({ needs }: PlainTask): readonly PlainDependency[] {
    return needs.map((need) => {
      const { id, outcome } = this.tasks[need]!
      return [id, outcome]
    })
  }
}
