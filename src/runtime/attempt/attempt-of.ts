import type { AnyActorRef } from 'xstate'
import type { Attempt } from '../../ports/executor.ts'
import type { LiveTask } from '../run/live-task.ts'

/** An attempt as its executor gets it. What its handler may never look at is made on first use. */
export class LiveAttempt implements Attempt {
  readonly attemptId: string
  readonly attempt: number
  readonly #live: LiveTask
  #inputs: Readonly<Record<string, unknown>> | undefined

  constructor(live: LiveTask) {
    this.attemptId = live.context.attemptId
    this.attempt = live.context.attempt
    this.#live = live
  }

  get runId(): string {
    return this.#live.run.id
  }

  get taskId(): string {
    return this.#live.task.id
  }

  get work(): unknown {
    return this.#live.task.work
  }

  get input(): unknown {
    return this.#live.run.options.input
  }

  get actor(): AnyActorRef {
    return this.#live.ref
  }

  get inputs(): Readonly<Record<string, unknown>> {
    this.#inputs ??= inputsOf(this.#live)
    return this.#inputs
  }
}

function inputsOf({ run, task, books }: LiveTask): Readonly<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {}
  for (const need of task.needs) {
    const outcome = books.outcomes[need]
    if (outcome?.status === 'completed') inputs[run.plan.tasks[need]!.id] = outcome.output
  }
  return inputs
}
