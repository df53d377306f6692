import { brief, briefOf } from '../../events/brief-fact.ts'
import type { taskMachine } from '../../../machines/task.ts'
import {
  holdsSlot,
  isDeadLetter,
  never,
  type StopReason,
  type TaskPolicy,
} from '../../../machines/task-context.ts'
import { untilIn } from '../../events/facts.ts'
import { deliver } from '../actor/deliver.ts'
import { abortAttempt, deliverAnswer, forceAttempt, startAttempt } from '../attempt/ask-executor.ts'
import { type LiveTask, liveTaskOf } from '../run/live-task.ts'
import { isSpared, waitsInVain } from '../steps/teardowns.ts'

/** How long the limit is that an attempt has passed when it is ended for that reason. */
const limitsPassed: Readonly<Record<Exclude<StopReason, 'kill'>, (policy: TaskPolicy) => number>> = {
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

/**
 * The task machine with its seams filled in: facts and effects go into the run's outbox. The facts that every task
 * tells are `put`, which copies nothing; the others are told.
 */
export const taskSeams: Parameters<(typeof taskMachine)['provide']>[0] = {
  actions: {
    slotChanged: ({ context, self }) => {
      const live = liveTaskOf(self)
      live.run.slotChanged(live, holdsSlot(context.state))
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
      live.run.requestGrant(live)
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
      live.run.outbox.effect(deliverAnswer, { live, attempt, answer: event.answer })
    },
    tellDeferred: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId } = context
      live.run.tellTask(live, { type: 'task.deferred', taskId, ...deferral(live) })
    },
    tellDispatched: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, runId, index } = context
      if (attempt === 1) {
        live.lastSeq = live.run.outbox.putBrief(briefOf(index, brief.dispatched), undefined)
        return
      }
      const { nextSeq: seq, now: at } = live.run
      const executor = live.lane.load.name
      live.lastSeq = live.run.put({ seq, at, runId, type: 'task.dispatched', taskId, attempt, executor })
    },
    tellStarting: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, runId, index, startBy: until } = context
      if (attempt === 1) {
        live.lastSeq = live.run.outbox.putBrief(briefOf(index, brief.starting), undefined)
        return
      }
      const { nextSeq: seq, now: at } = live.run
      live.lastSeq = live.run.put(
        until === never
          ? { seq, at, runId, type: 'task.starting', taskId, attempt }
          : { seq, at, runId, type: 'task.starting', taskId, attempt, until },
      )
    },
    tellStarted: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, runId, index } = context
      if (attempt === 1) {
        live.lastSeq = live.run.outbox.putBrief(briefOf(index, brief.started), undefined)
        return
      }
      const { nextSeq: seq, now: at } = live.run
      live.lastSeq = live.run.put({ seq, at, runId, type: 'task.started', taskId, attempt })
    },
    tellWarned: ({ context, event, self }) => {
      if (event.type !== 'attempt.warned') return
      const live = liveTaskOf(self)
      const { taskId, attempt } = context
      live.run.tellTask(live, { type: 'task.warned', taskId, attempt, message: event.message })
    },
    tellAsked: ({ context, event, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, failure } = context
      if (event.type === 'attempt.asked') {
        live.run.tellTask(live, {
          type: 'task.asked',
          taskId,
          attempt,
          of: 'handler',
          question: event.question,
        })
        return
      }
      const question = `${taskId} failed: ${failure!.message} What now: retry, skip, ignore or abort?`
      live.run.tellTask(live, {
        type: 'task.asked',
        taskId,
        attempt,
        of: 'failure',
        question,
        failure: failure!,
      })
    },
    tellAnswered: ({ context, event, self }) => {
      if (event.type !== 'task.answer') return
      const live = liveTaskOf(self)
      const { taskId, attempt } = context
      live.run.tellTask(live, { type: 'task.answered', taskId, attempt, answer: event.answer })
    },
    // Told before the machine notes the silence, while its context still says since when it lasts.
    tellStalled: ({ context, event, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, stallAt, policy } = context
      const silentMs = event.at - stallAt + policy.stallAfterMs
      const until = untilIn(event.at + policy.stallGraceMs)
      live.run.tellTask(live, { type: 'task.stalled', taskId, attempt, silentMs, ...until })
    },
    tellUnstalled: ({ context, self }) => {
      const live = liveTaskOf(self)
      live.run.tellTask(live, { type: 'task.unstalled', taskId: context.taskId, attempt: context.attempt })
    },
    tellStopping: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, forceAt, policy, killReason } = context
      const reason = context.stopReason!
      const because =
        reason === 'kill'
          ? { killReason, ...live.run.endingCause }
          : { limitMs: limitsPassed[reason](policy) }
      const until = untilIn(forceAt)
      live.run.tellTask(live, { type: 'task.stopping', taskId, attempt, reason, ...because, ...until })
    },
    tellAbandoned: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, stopReason } = context
      live.run.tellTask(live, { type: 'task.abandoned', taskId, attempt, reason: stopReason! })
    },
    tellDroppedOutput: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt } = context
      const message = 'The attempt completed while it was being ended; its output was dropped.'
      live.run.tellTask(live, { type: 'task.warned', taskId, attempt, message })
    },
    tellRetrying: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, failure, retryAt } = context
      live.run.tellTask(live, { type: 'task.retrying', taskId, attempt, failure: failure!, until: retryAt })
    },
    tellCompleted: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, runId, index, output } = context
      if (attempt === 1) {
        live.lastSeq = live.run.outbox.putBrief(briefOf(index, brief.completed), output)
        return
      }
      const { nextSeq: seq, now: at } = live.run
      live.lastSeq = live.run.put({ seq, at, runId, type: 'task.completed', taskId, attempt, output })
    },
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
    tellKilled: ({ context, self }) => {
      const live = liveTaskOf(self)
      const { taskId, attempt, killReason, abandoned } = context
      const { endingCause } = live.run
      live.run.tellTask(live, {
        type: 'task.killed',
        taskId,
        attempt,
        reason: killReason,
        abandoned,
        ...endingCause,
      })
    },
  },
}
