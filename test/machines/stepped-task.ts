import {
  type Failure,
  newTaskContext,
  type TaskContext,
  type TaskEvent,
  taskMachine,
  type TaskPolicy,
  type TaskState,
} from '../../machines/index.ts'
import { type Stepper, stepper } from './stepping.ts'

export const plainPolicy: TaskPolicy = {
  maxAttempts: 1,
  startTimeoutMs: 30,
  timeoutMs: 1_000,
  stallAfterMs: 100,
  stallGraceMs: 50,
  killGraceMs: 5,
  onFailure: 'skip',
  severity: 'error',
  answerWithinMs: Number.POSITIVE_INFINITY,
  defaultDecision: 'skip',
}

export function failure(given: Partial<Failure> = {}): Failure {
  return { code: 'HANDLER_THREW', message: 'no', severity: 'error', retryable: true, at: 0, ...given }
}

/** When a next attempt may start, in every report of these tests: so long after it. */
export const backoffMs = 7

type Report = Extract<TaskEvent, { readonly attempt: number }>['type']

/** One report of an attempt, with all that its type asks for. */
export function report(type: Report, attempt: number, at: number, given: Partial<Failure> = {}): TaskEvent {
  const retryAt = at + backoffMs
  switch (type) {
    case 'attempt.started':
    case 'attempt.heartbeat':
      return { type, attempt, at }
    case 'attempt.warned':
      return { type, attempt, at, message: 'careful' }
    case 'attempt.asked':
      return { type, attempt, at, question: 'really?', pending: { answerBy: Number.POSITIVE_INFINITY } }
    case 'attempt.completed':
      return { type, attempt, at, retryAt, output: 'built' }
    case 'attempt.failed':
      return { type, attempt, at, retryAt, failure: failure({ at, ...given }) }
    case 'attempt.rejected':
    case 'attempt.ended':
      return { type, attempt, at, retryAt }
  }
}

export const reports: readonly Report[] = [
  'attempt.started',
  'attempt.rejected',
  'attempt.heartbeat',
  'attempt.warned',
  'attempt.asked',
  'attempt.completed',
  'attempt.failed',
  'attempt.ended',
]

/** A task machine and a hand for each thing that can happen to it. */
export class SteppedTask {
  readonly #stepper: Stepper<typeof taskMachine>

  constructor(policy: Partial<TaskPolicy> = {}, attempt = 0) {
    const task = { runId: 'run', taskId: 'build', index: 3, policy: { ...plainPolicy, ...policy } }
    this.#stepper = stepper(taskMachine, newTaskContext(task, attempt))
  }

  get context(): TaskContext {
    return this.#stepper.context
  }

  get state(): TaskState {
    return this.#stepper.state as TaskState
  }

  get did(): readonly string[] {
    return this.#stepper.did
  }

  send(event: TaskEvent): this {
    this.#stepper.send(event)
    return this
  }

  grant(at: number, { forceable = true } = {}): this {
    return this.send({ type: 'task.grant', at, forceable })
  }

  defer(at: number): this {
    return this.send({ type: 'task.defer', at })
  }

  due(at: number): this {
    return this.send({ type: 'task.due', at })
  }

  kill(at: number, reason = 'enough'): this {
    return this.send({ type: 'task.kill', at, reason })
  }

  answer(at: number, answer: unknown): this {
    return this.send({ type: 'task.answer', at, answer })
  }

  /** A report of the latest attempt. */
  hear(type: Report, at: number, given: Partial<Failure> = {}): this {
    return this.send(report(type, this.context.attempt, at, given))
  }

  /** Granted at 0 and started at 10. */
  run(options?: { readonly forceable: boolean }): this {
    return this.grant(0, options).hear('attempt.started', 10)
  }
}

/** The shortest way into each state; the next event may come at 200. */
export function taskIn(state: TaskState, policy: Partial<TaskPolicy> = {}): SteppedTask {
  const task = new SteppedTask(policy)
  switch (state) {
    case 'dispatched':
      return task
    case 'starting':
      return task.grant(0)
    case 'running':
      return task.run()
    case 'stalled':
      return task.run().due(110)
    case 'stopping':
      return task.run().kill(20)
    case 'completed':
      return task.run().hear('attempt.completed', 20)
    case 'failed':
      return task.run().hear('attempt.failed', 20, { retryable: false })
    case 'killed':
      return task.kill(0)
  }
}
