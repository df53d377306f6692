import type { Outcome, TaskId } from '../../machines/outcome.ts'
import type { Fact } from '../events/facts.ts'
import type { Plan } from '../graph/plan.ts'
import type { Clock } from '../time/clock.ts'
import type { LimitBooks } from './limits.ts'

/** An attempt of a simulated run. Instants are milliseconds from the run's start. */
export interface SimulatedAttempt {
  readonly startAt: number
  readonly endAt: number
  /** `ended`: it was ended by a timeout or a kill. */
  readonly how: 'completed' | 'failed' | 'ended'
  /** The id of the agent that did it, where the simulation has agents. */
  readonly agent?: string
}

/** A task of a simulated run. Instants are milliseconds from the run's start. */
export interface SimulatedTask {
  readonly id: TaskId
  readonly status: Outcome['status']
  /** When its rule was met; for a skipped task, when it was skipped. */
  readonly readyAt: number
  /** When its first attempt started; for a task without attempts, when it was settled. */
  readonly startAt: number
  /** When it was settled. */
  readonly endAt: number
  /** How long it waited in all for a slot, a pool, its executor or an agent, while it was ready or due for another attempt. */
  readonly queuedMs: number
  /** Its attempts, in order. Between two of them lie the backoff and the wait for a slot. */
  readonly attempts: readonly SimulatedAttempt[]
}

/** Records what becomes of each task, from the run's facts and from what executors see. */
export class Recorder {
  /** When each task's rule was met, by index. NaN for a skipped task. */
  readonly readyAt: Float64Array
  /** When each task settled, by index. */
  readonly settledAt: Float64Array
  /** How long each task waited for what it needs, by index. */
  readonly queuedMs: Float64Array
  readonly attempts: SimulatedAttempt[][]
  /** Since when each task has been waiting, by index. NaN for a task that does not wait. */
  readonly #since: Float64Array
  /** The latest granted attempt of each task, by index. */
  readonly #granted: Int32Array
  /** Teardowns of a run that is ended early, which wait for what they need to end, not for room. */
  readonly #held = new Set<number>()
  #isEnding = false
  readonly #plan: Plan
  readonly #books: LimitBooks
  readonly #clock: Clock

  constructor(plan: Plan, books: LimitBooks, clock: Clock) {
    const { tasks } = plan
    this.readyAt = new Float64Array(tasks.length).fill(Number.NaN)
    this.settledAt = new Float64Array(tasks.length).fill(Number.NaN)
    this.queuedMs = new Float64Array(tasks.length)
    this.attempts = tasks.map(() => [])
    this.#since = new Float64Array(tasks.length).fill(Number.NaN)
    this.#granted = new Int32Array(tasks.length)
    this.#plan = plan
    this.#books = books
    this.#clock = clock
  }

  see(fact: Fact): void {
    if (fact.type === 'run.killing' || fact.type === 'run.draining') this.#holdTeardowns(fact.at)
    const index = fact.taskId === undefined ? undefined : this.#plan.indexOf(fact.taskId)
    if (index === undefined) return
    if (fact.type === 'task.ready') {
      this.readyAt[index] = fact.at
      this.#wait(index, fact.at)
    } else if (fact.type === 'task.dispatched') {
      this.#granted[index] = fact.attempt
      this.#leave(index, fact.at)
    } else if (fact.type === 'task.retrying') {
      this.#waitLater(index, fact)
    } else if (isSettling(fact.type)) {
      this.settledAt[index] = fact.at
      this.#held.delete(index)
      this.#leave(index, fact.at)
      for (const held of this.#held) if (!this.#isHeldUp(held)) this.#wait(held, fact.at)
    }
  }

  #holdTeardowns(at: number): void {
    if (this.#isEnding) return
    this.#isEnding = true
    for (const [index, since] of this.#since.entries()) {
      if (Number.isNaN(since) || !this.#isHeldUp(index)) continue
      this.#leave(index, at)
      this.#held.add(index)
    }
  }

  #isHeldUp(index: number): boolean {
    const { teardown, needs } = this.#plan.tasks[index]!
    return this.#isEnding && teardown && needs.some((need) => Number.isNaN(this.settledAt[need]))
  }

  /** An attempt is over. */
  note(index: number, attempt: SimulatedAttempt): void {
    this.attempts[index]!.push(attempt)
  }

  /** The next attempt begins to wait at the instant at which it is due. */
  #waitLater(index: number, { attempt, at, until }: Extract<Fact, { type: 'task.retrying' }>): void {
    this.#clock.setTimeout(() => {
      // It may have been granted at that same instant already, or killed meanwhile.
      const isOver = this.#granted[index] !== attempt || !Number.isNaN(this.settledAt[index])
      if (!isOver) this.#wait(index, until)
    }, until - at)
  }

  #wait(index: number, at: number): void {
    if (this.#isHeldUp(index)) {
      this.#held.add(index)
      return
    }
    this.#held.delete(index)
    this.#since[index] = at
    this.#books.wait(index, at)
  }

  #leave(index: number, at: number): void {
    const since = this.#since[index]!
    if (Number.isNaN(since)) return
    this.#since[index] = Number.NaN
    this.queuedMs[index]! += at - since
    this.#books.leave(index, at)
  }
}

function isSettling(type: Fact['type']): boolean {
  return (
    type === 'task.completed' || type === 'task.failed' || type === 'task.killed' || type === 'task.skipped'
  )
}
