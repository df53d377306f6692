import { brief, briefOf } from '../../events/brief-fact.ts'
import type { taskMachine } from '../../../machines/task.ts'
import {
  holdsSlot,
  isDeadLetter,
  type StopReason,
  type TaskContext,
  type TaskEvent,
  type TaskPolicy,
} from '../../../machines/task-context.ts'
import { droppedOutput, type NewRunFact, untilIn } from '../../events/facts.ts'
import { deliver } from '../actor/deliver.ts'
import { abortAttempt, deliverAnswer, forceAttempt, startAttempt } from '../attempt/ask-executor.ts'
import { type LiveTask, liveTaskOf } from '../run/live-task.ts'
import { limitOf, questionAbout } from '../run/question-about.ts'
import { isSpared, waitsInVain } from '../steps/teardowns.ts'

/** How long the limit is that an attempt has passed when it is ended for that reason. */
const limitsPassed: Readonly<Partial<Record<StopReason, (policy: TaskPolicy) => number>>> = {
  timeout: ({ timeoutMs }) => timeoutMs,
  'start-timeout': ({ startTimeoutMs }) => startTimeoutMs,
  stall: ({ stallAfterMs, stallGraceMs }) => stallAfterMs + stallGraceMs,
}

/** Who declined a task, and how much it carried beside it. */
function deferral({ lane, isHolding }: LiveTask): {
  readonly executor: string
  readonly carrying: number
  readonly capacity?: number
} {
  const { name, carrying, executor } = lane.load
  const { capacity } = executor
  // An attempt that is given back is still booked.
  const others = isHolding ? carrying - 1 : carrying
  const isLimited = capacity !== undefined && capacity !== Number.POSITIVE_INFINITY
  return { executor: name, carrying: others, ...(isLimited ? { capacity } : {}) }
}

interface Args {
  readonly context: TaskContext
  readonly event: TaskEvent
  readonly self: object
}

type OfAttempt = Extract<NewRunFact, { readonly attempt: number }>
type More<Type> = Omit<Extract<OfAttempt, { readonly type: Type }>, 'type' | 'taskId' | 'attempt'>

/**
 * A seam that tells a fact about the attempt. `more` is what the fact says beside the task and the attempt; without it
 * nothing is told.
 */
function tells<Type extends OfAttempt['type']>(
  type: Type,
  more: (args: Args, live: LiveTask) => More<Type> | undefined,
): (args: Args) => void {
  return (args) => {
    const live = liveTaskOf(args.self)
    const { taskId, attempt } = args.context
    const rest = more(args, live)
    if (rest !== undefined) live.run.tellTask(live, { type, taskId, attempt, ...rest } as NewRunFact)
  }
}

/** A task waits that could not be granted: its executor declined it, or no agent can have it. */
function tellDeferred({ context, self }: Args): void {
  const live = liveTaskOf(self)
  const { run, part } = live
  const refusal = part?.considered === undefined ? undefined : run.shared.agents!.refusalOf(live)
  run.tellTask(live, refusal ?? { type: 'task.deferred', taskId: context.taskId, ...deferral(live) })
}

/** A seam that tells what every task tells: of a first attempt in one number, of which the fact is made when somebody looks. */
function briefly(kind: (typeof brief)[keyof typeof brief], tellWhole: (args: Args) => void) {
  return (args: Args): void => {
    const { context, self } = args
    const live = liveTaskOf(self)
    const isKept = kind === brief.completed && live.run.outbox.kept !== undefined
    if (context.attempt !== 1 || isKept || live.part !== undefined) return tellWhole(args)
    const more = kind === brief.completed ? context.output : undefined
    live.lastSeq = live.run.outbox.putBrief(briefOf(context.index, kind), more)
  }
}

/**
 * The task machine with its seams filled in: facts and effects go into the run's outbox.
 */
export const taskSeams: Parameters<(typeof taskMachine)['provide']>[0] = {
  actions: {
    slotChanged: ({ context, self }) => {
      const live = liveTaskOf(self)
      const holds = holdsSlot(context.state)
      // What waits for its claim holds what it would be granted.
      live.run.slotChanged(live, holds || context.waitingFor === 'claim')
      if (live.part !== undefined && !holds && context.state !== 'dispatched')
        live.run.shared.agents!.left(live)
      // A run that ends admits only teardowns, so another task that came back to wait would wait for ever.
      const comesBack = context.state === 'dispatched' && context.attempt > 0
      if (!comesBack || live.run.dagContext.ending === undefined) return
      if (!isSpared(live.run, live.task) || waitsInVain(live.run, live.task.index)) {
        deliver(live.run.dag, live.ref, {
          type: 'task.kill',
          at: live.run.shared.macrostep.at,
          reason: live.run.dagContext.reason,
        })
      }
    },
    requestGrant: ({ self }) => {
      const live = liveTaskOf(self)
      live.run.enqueue(live.task.index)
    },
    startAttempt: ({ context, self }) => {
      const live = liveTaskOf(self)
      live.run.outbox.effect(startAttempt, live, context.attempt)
    },
    abortAttempt: ({ context, self }) => {
      const live = liveTaskOf(self)
      live.run.outbox.urgentEffect(abortAttempt, live, context.attempt)
    },
    forceAttempt: ({ context, self }) => {
      const live = liveTaskOf(self)
      live.run.outbox.urgentEffect(forceAttempt, live, context.attempt)
    },
    deliverAnswer: ({ context, event, self }) => {
      if (event.type !== 'task.answer') return
      const live = liveTaskOf(self)
      const { attempt } = context
      const { answer, expired, place } = event
      live.run.outbox.effect(deliverAnswer, {
        live,
        attempt,
        answer,
        expired: expired === true ? place : undefined,
      })
    },
    tellRefused: tellDeferred,
    tellDeferred,
    tellDispatched: briefly(
      brief.dispatched,
      tells('task.dispatched', (_, { lane, part }) => ({
        executor: lane.load.name,
        ...(part?.agentId === undefined ? {} : { agentId: part.agentId }),
      })),
    ),
    tellStarting: briefly(
      brief.starting,
      tells('task.starting', ({ context }) => untilIn(context.startBy)),
    ),
    tellStarted: briefly(
      brief.started,
      tells('task.started', () => ({})),
    ),
    tellWarned: tells('task.warned', ({ event }) =>
      event.type === 'attempt.warned' ? { message: event.message } : undefined,
    ),
    tellAsked: tells('task.asked', ({ context, event }): More<'task.asked'> => {
      if (event.type === 'attempt.asked') {
        return { of: 'handler', question: event.question, ...limitOf(event.pending) }
      }
      const { taskId, failure, openQuestions } = context
      const limit = limitOf(openQuestions[0]!)
      return { of: 'failure', question: questionAbout(taskId, failure!), failure: failure!, ...limit }
    }),
    tellAnswered: tells('task.answered', ({ event }) => {
      if (event.type !== 'task.answer') return undefined
      const { answer, place = 0, expired } = event
      return { answer, ...(place === 0 ? {} : { place }), ...(expired === true ? { expired } : {}) }
    }),
    // Told before the machine notes the silence, while its context still says since when it lasts.
    tellStalled: tells('task.stalled', ({ context: { stallAt, policy }, event: { at } }) => ({
      silentMs: at - stallAt + policy.stallAfterMs,
      ...untilIn(at + policy.stallGraceMs),
    })),
    tellUnstalled: tells('task.unstalled', () => ({})),
    tellStopping: tells('task.stopping', ({ context }, { run }) => {
      const { forceAt, policy, killReason } = context
      const reason = context.stopReason!
      const limitMs = limitsPassed[reason]?.(policy)
      const because =
        reason === 'kill' ? { killReason, ...run.endingCause } : limitMs === undefined ? {} : { limitMs }
      return { reason, ...because, ...untilIn(forceAt) }
    }),
    tellAbandoned: tells('task.abandoned', ({ context }) => ({ reason: context.stopReason! })),
    tellDroppedOutput: tells('task.warned', () => ({ message: droppedOutput })),
    tellRetrying: tells('task.retrying', ({ context }) => ({
      failure: context.failure!,
      until: context.retryAt,
    })),
    tellCompleted: briefly(
      brief.completed,
      tells('task.completed', ({ context }) => ({ output: context.output })),
    ),
    tellFailed: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, ignored, abandoned } = context
      const failure = context.failure!
      const deadLettered = isDeadLetter(context)
      live.run.tellTask(live, {
        type: 'task.failed',
        taskId,
        attempt,
        failure,
        ignored,
        deadLettered,
        abandoned,
      })
      // The settlement stays the latest fact, because it is the cause of what dependents tell.
      if (deadLettered) live.run.tell({ type: 'task.dead-lettered', taskId, attempt, failure })
    },
    tellKilled: tells('task.killed', ({ context: { killReason: reason, abandoned } }, { run }) => ({
      reason,
      abandoned,
      ...run.endingCause,
    })),
  },
}
