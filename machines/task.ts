import { setup } from 'xstate'
import type { FailureAnswer } from './outcome.ts'
import { seam } from './seam.ts'
import {
  clearAttempt,
  never,
  noQuestions,
  type StopReason,
  type TaskContext,
  type TaskEvent,
  type TaskState,
} from './task-context.ts'
import {
  type Args,
  failureOf,
  isCurrent,
  isDecision,
  isGrantable,
  isLastRefusal,
  mayAsk,
  mayRetry,
} from './task-failure.ts'

const enter =
  (state: TaskState) =>
  ({ context }: { readonly context: TaskContext }): void => {
    context.state = state
  }

/** Where a failed attempt leads: to the next attempt, to a question, or to the end. */
const failed = [
  { guard: 'willRetry', target: 'dispatched', actions: ['planRetry', 'tellRetrying'] },
  { guard: 'willAsk', target: 'dispatched', actions: ['planAsk', 'tellAsked'] },
  { guard: 'isCurrent', target: 'failed', actions: 'noteFailure' },
] as const

/** Where the confirmed end of an attempt leads: that depends on why it was being ended. */
const ended = [{ guard: 'endsKilled', target: 'killed' }, ...failed] as const

/**
 * Actor logic that is a task's work runs as a child of the task actor, and XState tells the parent of its end. The
 * executor reports that end as well, so these events change nothing; they are named because an error event that no
 * state handles would fail the parent. They carry no instant, so their type is kept out of the events that actions see.
 */
const passing: object = { 'xstate.done.actor.work': {}, 'xstate.error.actor.work': {} }

/**
 * The life of one task, from the moment the run takes it up until it is settled.
 *
 * Guards read only this context, the `note…` actions write only this context, and every other action is a seam. All
 * states are flat and all actions plain functions: see `machines/README.md` for why.
 */
export const taskMachine = setup({
  types: {} as { context: TaskContext; input: TaskContext; events: TaskEvent; output: TaskContext },
  guards: {
    isCurrent,
    isGrantable,
    isGivenUpOn: isLastRefusal,
    isAskedAbout: (args) => {
      const failure = failureOf(args)
      return failure !== undefined && isLastRefusal(args) && mayAsk(args, failure)
    },
    isRetryDue: ({ context, event }) => context.waitingFor === 'retry' && event.at >= context.retryAt,
    isAskedToRetry: ({ context, event }) => isDecision(context, event, 'retry'),
    isDecided: ({ context, event }) =>
      isDecision(context, event, 'skip') ||
      isDecision(context, event, 'ignore') ||
      isDecision(context, event, 'abort'),
    isStartLate: ({ context, event }) => event.at >= context.startBy,
    isTimedOut: ({ context, event }) => event.at >= context.timeoutAt,
    isSilent: ({ context, event }) => event.at >= context.stallAt,
    isGraceOver: ({ context, event }) => event.at >= context.graceAt,
    isForceDue: ({ context, event }) => event.at >= context.forceAt && context.forceable && !context.forced,
    isGivenUp: ({ context, event }) => event.at >= context.forceAt && context.stopReason !== 'kill',
    isKillGivenUp: ({ context, event }) => event.at >= context.forceAt && context.stopReason === 'kill',
    hasOpenQuestion: ({ context }) => context.openQuestions.length > 0,
    endsKilled: (args) => isCurrent(args) && args.context.stopReason === 'kill',
    willRetry: (args) => {
      const failure = failureOf(args)
      return failure !== undefined && isCurrent(args) && mayRetry(args, failure)
    },
    willAsk: (args) => {
      const failure = failureOf(args)
      return failure !== undefined && isCurrent(args) && mayAsk(args, failure)
    },
  },
  actions: {
    enterDispatched: enter('dispatched'),
    enterStarting: enter('starting'),
    enterRunning: enter('running'),
    enterStalled: enter('stalled'),
    enterStopping: enter('stopping'),
    enterCompleted: enter('completed'),
    enterFailed: enter('failed'),
    enterKilled: enter('killed'),
    noteIgnored: ({ context }) => {
      context.ignoredEvents++
    },
    noteDeferred: ({ context }) => {
      context.waitingFor = 'capacity'
    },
    noteGranted: ({ context, event }) => {
      if (event.type !== 'task.grant') return
      context.attempt++
      context.attemptsUsed++
      context.dispatchAttempts = 0
      context.waitingFor = undefined
      context.forceable = event.forceable
      if (event.timeoutMs !== undefined) context.policy = { ...context.policy, timeoutMs: event.timeoutMs }
      context.startBy = event.at + context.policy.startTimeoutMs
    },
    noteClaim: ({ context, event }) => {
      if (event.type === 'task.claim') context.waitingFor = event.isOpen ? 'claim' : 'grant'
    },
    noteRefused: ({ context }) => {
      context.dispatchAttempts++
      context.waitingFor = 'grant'
    },
    /** The executor took its acceptance back, so the attempt does not count, but its number is spent. */
    noteRejected: ({ context }) => {
      clearAttempt(context)
      context.attemptsUsed--
      context.waitingFor = 'capacity'
    },
    noteStarted: ({ context, event }) => {
      context.startBy = never
      context.timeoutAt = event.at + context.policy.timeoutMs
      context.stallAt = event.at + context.policy.stallAfterMs
    },
    noteHeartbeat: ({ context, event }) => {
      context.graceAt = never
      context.stallAt = context.openQuestions.length > 0 ? never : event.at + context.policy.stallAfterMs
    },
    noteSilence: ({ context, event }) => {
      context.stallAt = never
      context.graceAt = event.at + context.policy.stallGraceMs
    },
    noteQuestion: ({ context, event }) => {
      if (event.type === 'attempt.asked') context.openQuestions = [...context.openQuestions, event.pending]
      context.stallAt = never
      context.graceAt = never
    },
    noteAnswer: ({ context, event }) => {
      const place = (event.type === 'task.answer' ? event.place : undefined) ?? 0
      context.openQuestions = context.openQuestions.filter((_, index) => index !== place)
      if (context.openQuestions.length === 0) context.stallAt = event.at + context.policy.stallAfterMs
    },
    noteOutput: ({ context, event }) => {
      if (event.type === 'attempt.completed') context.output = event.output
    },
    planRetry: ({ context, event }) => {
      context.failure = failureOf({ context, event })
      clearAttempt(context)
      context.waitingFor = 'retry'
      context.retryAt = 'retryAt' in event ? event.retryAt : event.at
    },
    planAsk: ({ context, event }) => {
      context.failure = failureOf({ context, event })
      clearAttempt(context)
      context.waitingFor = 'answer'
      const { answerWithinMs, defaultDecision: defaultAnswer } = context.policy
      context.openQuestions = [{ answerBy: event.at + answerWithinMs, defaultAnswer }]
    },
    noteGrantable: ({ context }) => {
      context.waitingFor = 'grant'
      context.retryAt = never
    },
    /** A person let it try again: its attempts are counted from 0, as after a redrive. */
    noteSecondLife: ({ context }) => {
      context.attemptsUsed = 0
      context.dispatchAttempts = 0
      context.waitingFor = 'grant'
      context.openQuestions = noQuestions
    },
    noteDecision: ({ context, event }) => {
      if (event.type === 'task.answer') context.answer = event.answer as FailureAnswer
      context.ignored = context.answer === 'ignore'
      context.openQuestions = noQuestions
    },
    noteFailure: ({ context, event }) => {
      context.failure = failureOf({ context, event })
      context.ignored = context.policy.onFailure === 'ignore' && context.failure?.severity !== 'critical'
    },
    noteGivenUp: ({ context, event }) => {
      context.abandoned = true
      if (context.stopReason === 'kill') return
      context.ignored = context.policy.onFailure === 'ignore' && context.policy.severity !== 'critical'
      context.failure = {
        code: 'ATTEMPT_ABANDONED',
        message: `The attempt was told to end (${context.stopReason}), did not, and cannot be forced; it may still be running.`,
        severity: context.policy.severity,
        retryable: false,
        at: event.at,
      }
    },
    noteTimeout: stopFor('timeout'),
    noteStartTimeout: stopFor('start-timeout'),
    noteStallOver: stopFor('stall'),
    noteEnd: ({ context, event }) => {
      if (event.type === 'task.end') stopFor(event.reason)({ context, event })
    },
    noteKill: ({ context, event }) => {
      if (event.type !== 'task.kill') return
      context.killReason = event.reason
      context.waitingFor = undefined
      context.retryAt = never
      if (context.state === 'dispatched') context.openQuestions = noQuestions
      if (context.stopReason === undefined) context.forceAt = event.at + context.policy.killGraceMs
      context.stopReason = 'kill'
    },
    noteForced: ({ context, event }) => {
      context.forced = true
      context.forceAt = event.at + context.policy.killGraceMs
    },
    startAttempt: seam,
    abortAttempt: seam,
    forceAttempt: seam,
    deliverAnswer: seam,
    requestGrant: seam,
    slotChanged: seam,
    tellDeferred: seam,
    tellRefused: seam,
    tellDispatched: seam,
    tellStarting: seam,
    tellStarted: seam,
    tellWarned: seam,
    tellAsked: seam,
    tellAnswered: seam,
    tellStalled: seam,
    tellUnstalled: seam,
    tellStopping: seam,
    tellAbandoned: seam,
    tellDroppedOutput: seam,
    tellRetrying: seam,
    tellCompleted: seam,
    tellFailed: seam,
    tellKilled: seam,
  },
}).createMachine({
  id: 'task',
  initial: 'dispatched',
  context: ({ input }) => input,
  output: ({ context }) => context,
  // Events that no state below handles are counted and otherwise ignored.
  on: {
    'task.grant': { actions: 'noteIgnored' },
    'task.defer': { actions: 'noteIgnored' },
    'task.claim': { actions: 'noteIgnored' },
    'task.refuse': { actions: 'noteIgnored' },
    'task.end': { actions: 'noteIgnored' },
    'task.due': { actions: 'noteIgnored' },
    'task.kill': { actions: 'noteIgnored' },
    'task.answer': { actions: 'noteIgnored' },
    'attempt.started': { actions: 'noteIgnored' },
    'attempt.rejected': { actions: 'noteIgnored' },
    'attempt.heartbeat': { actions: 'noteIgnored' },
    'attempt.warned': { actions: 'noteIgnored' },
    'attempt.asked': { actions: 'noteIgnored' },
    'attempt.completed': { actions: 'noteIgnored' },
    'attempt.failed': { actions: 'noteIgnored' },
    'attempt.ended': { actions: 'noteIgnored' },
    ...passing,
  },
  states: {
    dispatched: {
      entry: ['enterDispatched', 'slotChanged'],
      on: {
        'task.grant': { guard: 'isGrantable', target: 'starting', actions: 'noteGranted' },
        'task.defer': { guard: 'isGrantable', actions: ['noteDeferred', 'tellDeferred'] },
        'task.claim': { guard: 'isGrantable', actions: ['noteClaim', 'slotChanged'] },
        'task.refuse': [
          {
            guard: 'isAskedAbout',
            actions: ['noteRefused', 'tellRefused', 'planAsk', 'slotChanged', 'tellAsked'],
          },
          { guard: 'isGivenUpOn', target: 'failed', actions: ['noteRefused', 'tellRefused', 'noteFailure'] },
          { guard: 'isGrantable', actions: ['noteRefused', 'planRetry', 'slotChanged', 'tellRefused'] },
        ],
        'task.due': { guard: 'isRetryDue', actions: ['noteGrantable', 'requestGrant'] },
        'task.answer': [
          { guard: 'isAskedToRetry', actions: ['noteSecondLife', 'tellAnswered', 'requestGrant'] },
          { guard: 'isDecided', target: 'failed', actions: ['noteDecision', 'tellAnswered'] },
        ],
        'task.kill': { target: 'killed', actions: 'noteKill' },
      },
    },
    starting: {
      entry: ['enterStarting', 'slotChanged', 'tellDispatched', 'tellStarting', 'startAttempt'],
      on: {
        'attempt.started': { guard: 'isCurrent', target: 'running', actions: ['noteStarted', 'tellStarted'] },
        'attempt.rejected': {
          guard: 'isCurrent',
          target: 'dispatched',
          actions: ['noteRejected', 'tellDeferred'],
        },
        'attempt.failed': failed,
        'task.due': { guard: 'isStartLate', target: 'stopping', actions: 'noteStartTimeout' },
        'task.end': { target: 'stopping', actions: 'noteEnd' },
        'task.kill': { target: 'stopping', actions: 'noteKill' },
      },
    },
    running: {
      entry: 'enterRunning',
      on: {
        'attempt.completed': { guard: 'isCurrent', target: 'completed', actions: 'noteOutput' },
        'attempt.failed': failed,
        'attempt.heartbeat': { guard: 'isCurrent', actions: 'noteHeartbeat' },
        'attempt.warned': { guard: 'isCurrent', actions: ['noteHeartbeat', 'tellWarned'] },
        'attempt.asked': { guard: 'isCurrent', actions: ['noteQuestion', 'tellAsked'] },
        'task.answer': { guard: 'hasOpenQuestion', actions: ['noteAnswer', 'tellAnswered', 'deliverAnswer'] },
        'task.due': [
          { guard: 'isTimedOut', target: 'stopping', actions: 'noteTimeout' },
          { guard: 'isSilent', target: 'stalled', actions: ['tellStalled', 'noteSilence'] },
        ],
        'task.end': { target: 'stopping', actions: 'noteEnd' },
        'task.kill': { target: 'stopping', actions: 'noteKill' },
      },
    },
    stalled: {
      entry: 'enterStalled',
      on: {
        'attempt.heartbeat': {
          guard: 'isCurrent',
          target: 'running',
          actions: ['noteHeartbeat', 'tellUnstalled'],
        },
        'attempt.warned': {
          guard: 'isCurrent',
          target: 'running',
          actions: ['noteHeartbeat', 'tellUnstalled', 'tellWarned'],
        },
        'attempt.asked': {
          guard: 'isCurrent',
          target: 'running',
          actions: ['noteQuestion', 'tellUnstalled', 'tellAsked'],
        },
        'attempt.completed': { guard: 'isCurrent', target: 'completed', actions: 'noteOutput' },
        'attempt.failed': failed,
        'task.due': [
          { guard: 'isTimedOut', target: 'stopping', actions: 'noteTimeout' },
          { guard: 'isGraceOver', target: 'stopping', actions: 'noteStallOver' },
        ],
        'task.end': { target: 'stopping', actions: 'noteEnd' },
        'task.kill': { target: 'stopping', actions: 'noteKill' },
      },
    },
    // Any last report confirms the end. What follows depends on why the attempt was being ended.
    stopping: {
      entry: ['enterStopping', 'tellStopping', 'abortAttempt'],
      on: {
        'attempt.completed': [
          { guard: 'endsKilled', target: 'killed', actions: 'tellDroppedOutput' },
          {
            guard: 'willRetry',
            target: 'dispatched',
            actions: ['tellDroppedOutput', 'planRetry', 'tellRetrying'],
          },
          { guard: 'willAsk', target: 'dispatched', actions: ['tellDroppedOutput', 'planAsk', 'tellAsked'] },
          { guard: 'isCurrent', target: 'failed', actions: ['tellDroppedOutput', 'noteFailure'] },
        ],
        'attempt.failed': ended,
        'attempt.ended': ended,
        'attempt.rejected': ended,
        'attempt.warned': { guard: 'isCurrent', actions: 'tellWarned' },
        'task.kill': { actions: 'noteKill' },
        'task.due': [
          { guard: 'isForceDue', actions: ['noteForced', 'forceAttempt'] },
          { guard: 'isKillGivenUp', target: 'killed', actions: ['noteGivenUp', 'tellAbandoned'] },
          { guard: 'isGivenUp', target: 'failed', actions: ['noteGivenUp', 'tellAbandoned'] },
        ],
      },
    },
    completed: { type: 'final', entry: ['enterCompleted', 'slotChanged', 'tellCompleted'] },
    failed: { type: 'final', entry: ['enterFailed', 'slotChanged', 'tellFailed'] },
    killed: { type: 'final', entry: ['enterKilled', 'slotChanged', 'tellKilled'] },
  },
})

/** The transition to `stopping`: the attempt is told to end now, and after the kill grace it is forced or abandoned. */
function stopFor(reason: Exclude<StopReason, 'kill'>) {
  return ({ context, event }: Args): void => {
    context.stopReason = reason
    context.forceAt = event.at + context.policy.killGraceMs
  }
}
