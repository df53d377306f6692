import { type AnyActorLogic, type AnyActorRef, createActor, type InputFrom, type OutputFrom } from 'xstate'
import type { HandlerContext } from '../graph/handler.ts'
import { badValue, readMethods } from '../graph/read-values.ts'
import type { Work } from '../graph/work.ts'
import type { Attempt, Executor, Report } from '../ports/executor.ts'
import { attemptIdOf, inputsOf } from './attempt.ts'
import { foreign } from './foreign-call.ts'
import { readCapacity } from './read-capacity.ts'
import { toFailure } from './to-failure.ts'
import { warnOfChanges } from './written-json.ts'

interface LogicWork {
  readonly logic: AnyActorLogic
  readonly input: ((context: LogicContext) => unknown) | undefined
}

/** What the function that makes the input of a logic gets. */
export type LogicContext<Inputs = unknown, Input = unknown> = Pick<
  HandlerContext<Inputs, Input>,
  'inputs' | 'input' | 'runId' | 'taskId' | 'attempt' | 'attemptId'
>

/**
 * A task whose work is XState logic: a machine, a promise, a callback, an observable. Each attempt spawns it as a child
 * of the task actor. Its output completes the attempt, its error fails it, and each of its snapshots is a heartbeat. A
 * kill stops the actor, which ends the attempt at once. Throws `CONFIG_INVALID` for what is no logic.
 */
export function logic<Logic extends AnyActorLogic, Context extends LogicContext = LogicContext>(
  actorLogic: Logic,
  ...[input]: undefined extends InputFrom<Logic>
    ? [input?: (context: Context) => InputFrom<Logic>]
    : [input: (context: Context) => InputFrom<Logic>]
): Work<Context, OutputFrom<Logic>> {
  readMethods(actorLogic, 'The logic', "logic of XState's", ['transition', 'getInitialSnapshot'])
  if (input !== undefined && typeof input !== 'function')
    throw badValue('The input of a logic', input, 'a function')
  const work: LogicWork = { logic: actorLogic, input: input as LogicWork['input'] }
  return { executor: 'actor-logic', work }
}

export interface ActorLogicExecutorOptions {
  /** How many attempts it carries at once. Integer ≥ 1. @default unlimited */
  readonly capacity?: number
}

/** The executor for `logic()`: spawns one actor for each attempt. */
export function actorLogicExecutor(options: ActorLogicExecutorOptions = {}): Executor {
  readCapacity(options, 'actorLogicExecutor.options')
  const live = new Map<string, AnyActorRef>()
  return {
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    start(attempt, report) {
      start(attempt, report, live)
    },
    abort(attemptId) {
      // The child is stopped as `stopChild` does it, but without the copy of `children`.
      const child = live.get(attemptId)
      if (child !== undefined) stop(child)
    },
    force(attemptId) {
      const child = live.get(attemptId)
      if (child !== undefined) stop(child)
    },
    actorOf: (attemptId) => live.get(attemptId),
  }
}

function start(attempt: Attempt, report: Report, live: Map<string, AnyActorRef>): void {
  const { runId, taskId } = attempt
  const attemptId = attemptIdOf(attempt)
  const work = attempt.work as LogicWork
  let ended = false
  // Reported after the child's own done event has reached its parent, because the report may end the parent.
  const end = (how: () => void): void => {
    if (ended) return
    ended = true
    queueMicrotask(() => {
      how()
      live.delete(attemptId)
    })
  }
  const failed = (thrown: unknown): void => {
    end(() => report({ type: 'attempt.failed', failure: { ...toFailure(thrown), code: 'ACTOR_FAILED' } }))
  }
  try {
    const context: LogicContext = {
      inputs: inputsOf(attempt),
      input: attempt.input,
      runId,
      taskId,
      attempt: attempt.attempt,
      attemptId,
    }
    const input = work.input === undefined ? undefined : foreign.call(work.input, context)
    const options = { parent: attempt.actor, id: 'work', input }
    const child = foreign.invoke({ createActor }, 'createActor', work.logic, options)
    live.set(attemptId, child)
    let started = false
    child.subscribe({
      next: () => {
        if (started && !ended) report({ type: 'attempt.heartbeat' })
      },
      error: failed,
      complete: () => {
        const { status, output } = child.getSnapshot() as { status: string; output: unknown }
        if (status === 'done') end(() => report({ type: 'attempt.completed', output }))
        else end(() => report({ type: 'attempt.ended' }))
      },
    })
    report({ type: 'attempt.started' })
    if (work.input !== undefined) warnOfChanges(context.inputs as Readonly<Record<string, unknown>>, report)
    started = true
    foreign.invoke(child, 'start')
  } catch (thrown) {
    failed(thrown)
  }
}

function stop(child: AnyActorRef): void {
  // `stop()` is for root actors only. A child is ended in the way in which its parent would do it.
  ;(child as unknown as { _stop(): void })._stop()
}
