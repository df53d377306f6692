import { setup } from 'xstate'
import type { ConfirmAnswer, Failure, TaskId } from './outcome.ts'
import { seam } from './seam.ts'
import type { TaskContext } from './task-context.ts'

/** The states of a dag actor: one run. `machines/README.md` has a sentence for each. */
export type RunState = 'running' | 'paused' | 'draining' | 'killing' | 'completed' | 'failed' | 'killed'

/** What ends a run early. The first ending stands, except that a kill, an abort or a timeout overrides a drain. */
export type RunEnding = 'killed' | 'drained' | 'aborted' | 'timed-out' | 'deadlocked' | 'store-failed'

/**
 * What the dag actor itself knows. Anything that is counted (tasks, slots, who waits for whom) is in the runtime's
 * books.
 */
export interface DagContext {
  readonly runId: string
  state: RunState
  ending: RunEnding | undefined
  /** Why the run was killed or drained: the reason that was given. */
  reason: string
  /** Why the run as a whole failed: it was aborted, timed out, deadlocked, or lost its store. */
  failure: Failure | undefined
  /** The task whose failure aborted the run. */
  causedBy: TaskId | undefined
  /** True once teardowns are ended, too: by a further kill, or because the store has failed. */
  endsTeardowns: boolean
}

/** The context of a run that is about to begin, or is being redriven. */
export function newDagContext(runId: string): DagContext {
  return {
    runId,
    state: 'running',
    ending: undefined,
    reason: '',
    failure: undefined,
    causedBy: undefined,
    endsTeardowns: false,
  }
}

/** What the runtime, a handle or a task asks of a run. */
export type RunCommand =
  | { readonly type: 'run.start' }
  | { readonly type: 'run.reopen' }
  /** The run's coordinator has died. This is another actor, restored in the state in which the first one was. */
  | { readonly type: 'run.recover' }
  /** There is room: take up to `most` ready tasks. */
  | { readonly type: 'run.offer'; readonly most: number }
  | { readonly type: 'run.pause' }
  | { readonly type: 'run.resume' }
  | { readonly type: 'run.drain'; readonly reason: string }
  | { readonly type: 'run.kill'; readonly reason: string }
  | { readonly type: 'run.killTask'; readonly index: number; readonly reason: string }
  /** The answer to a task that asks whether it may start, and is not taken up before. */
  | {
      readonly type: 'run.confirm'
      readonly index: number
      readonly answer: ConfirmAnswer
      /** Nobody has answered in time. */
      readonly expired?: true
    }
  | {
      readonly type: 'run.abort'
      readonly ending: 'aborted' | 'timed-out' | 'deadlocked' | 'store-failed'
      readonly failure: Failure
      readonly causedBy?: TaskId
    }
  /** Every task is settled; `failed` counts those that make the run fail. */
  | { readonly type: 'run.settled'; readonly failed: number }

/** A task actor has reached a final state. The done events of all task actors have this one type. */
export interface TaskDone {
  readonly type: 'xstate.done.actor.task'
  readonly output: TaskContext
}

export type DagEvent = RunCommand | TaskDone

const enter =
  (state: RunState) =>
  ({ context }: { readonly context: DagContext }): void => {
    context.state = state
  }

/**
 * One run of a dag. It reacts to the done events of its task actors, which are its children, and decides in which of
 * its states tasks may be taken up: in `draining` and `killing`, teardowns alone. It ends on `run.settled`, when every
 * task is settled.
 */
export const dagMachine = setup({
  types: {} as { context: DagContext; input: DagContext; events: DagEvent; output: DagContext },
  guards: {
    isFurtherKill: ({ context }) => !context.endsTeardowns,
    isStoreFailure: ({ event }) => event.type === 'run.abort' && event.ending === 'store-failed',
    wasEndedByHand: ({ context }) => context.ending === 'killed' || context.ending === 'drained',
    hasFailed: ({ context, event }) =>
      context.failure !== undefined || (event.type === 'run.settled' && event.failed > 0),
  },
  actions: {
    enterRunning: enter('running'),
    enterPaused: enter('paused'),
    enterDraining: enter('draining'),
    enterKilling: enter('killing'),
    enterCompleted: enter('completed'),
    enterFailed: enter('failed'),
    enterKilled: enter('killed'),
    noteDrain: ({ context, event }) => {
      if (event.type !== 'run.drain') return
      context.ending = 'drained'
      context.reason = event.reason
    },
    noteKill: ({ context, event }) => {
      if (event.type !== 'run.kill') return
      context.ending = 'killed'
      context.reason = event.reason
    },
    noteAbort: ({ context, event }) => {
      if (event.type !== 'run.abort') return
      context.ending = event.ending
      context.failure = event.failure
      context.causedBy = event.causedBy
      context.endsTeardowns = event.ending === 'store-failed'
    },
    noteNoTeardowns: ({ context }) => {
      context.endsTeardowns = true
    },
    openRun: seam,
    reopenRun: seam,
    recoverRun: seam,
    admitTasks: seam,
    settleTask: seam,
    killTask: seam,
    confirmTask: seam,
    skipRest: seam,
    killWaiting: seam,
    killLive: seam,
    killTeardowns: seam,
    closeRun: seam,
    tellPaused: seam,
    tellResumed: seam,
    tellDraining: seam,
    tellKilling: seam,
    tellCompleted: seam,
    tellFailed: seam,
    tellKilled: seam,
  },
}).createMachine({
  id: 'dag',
  initial: 'running',
  context: ({ input }) => input,
  output: ({ context }) => context,
  states: {
    running: {
      entry: 'enterRunning',
      on: {
        'run.start': { actions: 'openRun' },
        'run.reopen': { actions: 'reopenRun' },
        'run.recover': { actions: 'recoverRun' },
        'run.offer': { actions: 'admitTasks' },
        'xstate.done.actor.task': { actions: 'settleTask' },
        'run.killTask': { actions: 'killTask' },
        'run.confirm': { actions: 'confirmTask' },
        'run.pause': { target: 'paused', actions: 'tellPaused' },
        'run.drain': { target: 'draining', actions: ['noteDrain', 'tellDraining'] },
        'run.kill': { target: 'killing', actions: ['noteKill', 'tellKilling'] },
        'run.abort': { target: 'killing', actions: ['noteAbort', 'tellKilling'] },
        'run.settled': [{ guard: 'hasFailed', target: 'failed' }, { target: 'completed' }],
      },
    },
    paused: {
      entry: 'enterPaused',
      on: {
        'run.recover': { actions: 'recoverRun' },
        'xstate.done.actor.task': { actions: 'settleTask' },
        'run.killTask': { actions: 'killTask' },
        'run.confirm': { actions: 'confirmTask' },
        'run.resume': { target: 'running', actions: 'tellResumed' },
        'run.drain': { target: 'draining', actions: ['noteDrain', 'tellDraining'] },
        'run.kill': { target: 'killing', actions: ['noteKill', 'tellKilling'] },
        'run.abort': { target: 'killing', actions: ['noteAbort', 'tellKilling'] },
        'run.settled': [{ guard: 'hasFailed', target: 'failed' }, { target: 'completed' }],
      },
    },
    draining: {
      entry: ['enterDraining', 'skipRest', 'killWaiting'],
      on: {
        'run.recover': { actions: ['recoverRun', 'skipRest', 'killWaiting'] },
        'run.offer': { actions: 'admitTasks' },
        'xstate.done.actor.task': { actions: 'settleTask' },
        'run.killTask': { actions: 'killTask' },
        'run.kill': { target: 'killing', actions: ['noteKill', 'tellKilling'] },
        'run.abort': { target: 'killing', actions: ['noteAbort', 'tellKilling'] },
        'run.settled': [{ guard: 'wasEndedByHand', target: 'killed' }, { target: 'failed' }],
      },
    },
    killing: {
      entry: ['enterKilling', 'skipRest', 'killLive'],
      on: {
        'run.recover': { actions: ['recoverRun', 'skipRest', 'killLive'] },
        'run.offer': { actions: 'admitTasks' },
        'xstate.done.actor.task': { actions: 'settleTask' },
        'run.killTask': { actions: 'killTask' },
        'run.kill': { guard: 'isFurtherKill', actions: ['noteNoTeardowns', 'killTeardowns'] },
        'run.abort': { guard: 'isStoreFailure', actions: ['noteNoTeardowns', 'killTeardowns'] },
        'run.settled': [{ guard: 'wasEndedByHand', target: 'killed' }, { target: 'failed' }],
      },
    },
    completed: { type: 'final', entry: ['enterCompleted', 'tellCompleted', 'closeRun'] },
    failed: { type: 'final', entry: ['enterFailed', 'tellFailed', 'closeRun'] },
    killed: { type: 'final', entry: ['enterKilled', 'tellKilled', 'closeRun'] },
  },
})
