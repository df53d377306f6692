import { dagMachine, type RunEnding } from '../../../machines/dag.ts'
import type { SkipReason } from '../../../machines/outcome.ts'
import { admitTasks } from '../steps/admit-tasks.ts'
import { closeRun } from '../steps/close-run.ts'
import { runOf } from '../run/live-task.ts'
import { tellReopened } from '../steps/redrive.ts'
import { startRun } from '../steps/start-run.ts'
import { killLive, killTask, skipRest, taskDone } from '../steps/settle-tasks.ts'

const skipReasons: Readonly<Record<RunEnding, SkipReason>> = {
  killed: 'run-killed',
  drained: 'run-drained',
  aborted: 'run-aborted',
  'timed-out': 'run-timed-out',
  deadlocked: 'run-aborted',
  'store-failed': 'run-aborted',
}

/** The dag machine with its seams filled in. */
export const dagLogic = dagMachine.provide({
  actions: {
    openRun: ({ context }) => startRun(runOf(context)),
    reopenRun: ({ context }) => tellReopened(runOf(context)),
    admitTasks: ({ context, event }) => {
      if (event.type === 'run.offer') admitTasks(runOf(context), event.most)
    },
    settleTask: ({ context, event }) => {
      if (event.type === 'xstate.done.actor.task') taskDone(runOf(context), event.output)
    },
    killTask: ({ context, event }) => {
      if (event.type === 'run.killTask') killTask(runOf(context), event.index, event.reason)
    },
    skipRest: ({ context }) => skipRest(runOf(context), skipReasons[context.ending!], context.causedBy),
    killWaiting: ({ context }) => killLive(runOf(context), context.reason, true),
    killLive: ({ context }) => killLive(runOf(context), context.failure?.message ?? context.reason, false),
    closeRun: ({ context }) => closeRun(runOf(context)),
    tellPaused: ({ context }) => {
      runOf(context).tell({ type: 'run.paused' })
    },
    tellResumed: ({ context }) => {
      const run = runOf(context)
      run.tell({ type: 'run.resumed' })
      run.shared.admission.want(run)
    },
    tellDraining: ({ context }) =>
      runOf(context).tellEnding({ type: 'run.draining', reason: context.reason }),
    tellKilling: ({ context }) => {
      const { failure, reason } = context
      runOf(context).tellEnding({
        type: 'run.killing',
        ending: context.ending!,
        reason: failure?.message ?? reason,
        ...(failure === undefined ? {} : { failure }),
      })
    },
    tellCompleted: ({ context }) => {
      runOf(context).tell({ type: 'run.completed' })
    },
    tellFailed: ({ context }) => {
      const { failure } = context
      const run = runOf(context)
      run.tell({ type: 'run.failed', ...(failure === undefined ? {} : { failure }), ...run.endingCause })
    },
    tellKilled: ({ context }) => {
      const run = runOf(context)
      run.tell({ type: 'run.killed', reason: context.reason, ...run.endingCause })
    },
  },
})
