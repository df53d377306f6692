import type { AnyActorRef } from 'xstate'
import type { JsonValue } from '../../events/json-value.ts'
import type { DispatchOptions } from '../../graph/dispatch-options.ts'
import type { AnyDag, Plan } from '../../graph/plan.ts'
import type { Attempt, AttemptOrigin, Redactor } from '../../ports/executor.ts'
import { cloneOf } from '../../executors/written-json.ts'
import type { AgentPart } from '../admission/agent-desk.ts'
import type { LiveTask } from '../run/live-task.ts'
import { placeAttempt } from './place-attempt.ts'

/**
 * An attempt as its executor gets it. What a copy has to have is a field; what most handlers never look at is made by
 * the original, when it is looked at.
 */
class TaskAttempt implements Attempt, AttemptOrigin {
  readonly runId: string
  readonly taskId: string
  readonly attempt: number
  readonly work: unknown
  readonly input: unknown
  readonly actor: AnyActorRef
  readonly note: Attempt['note']
  readonly origin: AttemptOrigin
  readonly #live: LiveTask

  constructor(live: LiveTask) {
    this.runId = live.run.id
    this.taskId = live.task.id
    this.attempt = live.context.attempt
    this.work = live.task.work
    const { options, shared } = live.run
    this.input = shared.isolate ? cloneOf(options.input) : options.input
    this.actor = live.ref
    this.note = note
    this.origin = this
    this.#live = live
  }

  get live(): LiveTask {
    return this.#live
  }

  get redactor(): Redactor | undefined {
    return this.#live.run.shared.kept
  }

  makeInputs(): Readonly<Record<string, unknown>> {
    const { run, task, books } = this.#live
    const inputs: Record<string, unknown> = {}
    for (const need of task.needs) {
      const outcome = books.outcomes[need]
      if (outcome?.status === 'completed') {
        const { output } = outcome
        inputs[run.plan.tasks[need]!.id] = run.shared.isolate ? cloneOf(output) : output
      }
    }
    return inputs
  }

  run(signal: AbortSignal, source: AnyDag | Plan, options: DispatchOptions | undefined): Promise<unknown> {
    return this.#live.run.host.runWithin(this.#live, this.attempt, signal, source, options)
  }

  place(handle: JsonValue): void | Promise<void> {
    return placeAttempt(this, handle)
  }
}

/** The attempt of a task that an agent does. */
class AgentAttempt extends TaskAttempt {
  readonly agent: string | undefined
  readonly session: string | undefined
  readonly model: string | undefined
  readonly claim: AgentPart['claimed']

  constructor(live: LiveTask, { agentId, session, claimed }: AgentPart) {
    super(live)
    this.agent = agentId
    this.session = session
    this.model = live.task.agent?.model
    this.claim = claimed
  }
}

export function attemptOf(live: LiveTask): TaskAttempt {
  return live.part === undefined ? new TaskAttempt(live) : new AgentAttempt(live, live.part)
}

/** One function for all attempts: it finds its own in whatever copy it is called on. */
function note(this: Attempt, handle: JsonValue): void | Promise<void> {
  return this.origin?.place(handle)
}
