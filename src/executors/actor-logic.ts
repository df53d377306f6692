import { type AnyActorLogic, type AnyActorRef, createActor, type InputFrom, type OutputFrom } from 'xstate'
import type { HandlerContext } from '../graph/handler.ts'
import type { Work } from '../graph/work.ts'
import type { Attempt, Executor, Report } from '../ports/executor.ts'
import { attemptIdOf, inputsOf } from './attempt.ts'
import { toFailure } from './to-failure.ts'

interface LogicWork {
  readonly logic: AnyActorLogic
  readonly input: ((context: LogicContext) => unknown) | undefined
}

/** What the function that makes a logic's input is given. */
export type LogicContext<Inputs = unknown, Input = unknown> = Pick<
  HandlerContext<Inputs, Input>,
  'inputs' | 'input' | 'runId' | 'taskId' | 'attempt' | 'attemptId'
>

/**
 * A task whose work is XState logic: a machine, a promise, a callback, an observable. Each attempt spawns it as a child
 * of the task actor. Its output, error and stop are the attempt's; each of its snapshots is a heartbeat.
 * A kill stops it, which ends it at once.
 */
export function logic<Logic extends AnyActorLogic, Context extends LogicContext = LogicContext>(
  actorLogic: Logic,
  ...[input]: undefined extends InputFrom<Logic>
    ? [input?: (context: Context) => InputFrom<Logic>]
    : [input: (context: Context) => InputFrom<Logic>]
): Work<Context, OutputFrom<Logic>> {
  const work: LogicWork = { logic: actorLogic, input: input as LogicWork['input'] }
  return { executor: 'actor-logic', work }
}

export interface ActorLogicExecutorOptions {
  /** Most attempts at once. Integer ≥ 1. @default unlimited */
  readonly capacity?: number
}

/** Spawns users' XState logic, one actor an attempt. */
export function actorLogicExecutor(options: ActorLogicExecutorOptions = {}): Executor {
  const live = new Map<string, AnyActorRef>()
  return {
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    start(attempt, report) {
      start(attempt, report, live)
    },
    abort(attemptId) {
      // A child is stopped by its system: the same way that `stopChild` takes, without the copy of `children`.
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
  const { input, runId, taskId } = attempt
  const attemptId = attemptIdOf(attempt)
  const work = attempt.work as LogicWork
  let ended = false
  // Told once the child's own done event has passed its parent, which that report may end.
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
      input,
      runId,
      taskId,
      attempt: attempt.attempt,
      attemptId,
    }
    const child = createActor(work.logic, {
      parent: attempt.actor,
      id: 'work',
      input: work.input?.(context),
    })
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
    started = true
    child.start()
  } catch (thrown) {
    failed(thrown)
  }
}

function stop(child: AnyActorRef): void {
  // `stop()` is for roots alone; a child ends by the event that its parent would send it.
  ;(child as unknown as { _stop(): void })._stop()
}
