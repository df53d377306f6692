import type { dagMachine } from '../../../machines/dag.ts'
import { admitTasks } from '../steps/admit-tasks.ts'
import { closeRun } from '../steps/close-run.ts'
import { runOf } from '../run/live-task.ts'
import { tellReopened } from '../steps/redrive.ts'
import { startRun } from '../steps/start-run.ts'
import { confirmTask, killLive, killTask, killTeardowns, skipRest, taskDone } from '../steps/settle-tasks.ts'

/** The dag machine with its seams filled in. */
export const dagSeams: Parameters<(typeof dagMachine)['provide']>[0] = {
  actions: {
    openRun: ({ self }) => startRun(runOf(self)),
    reopenRun: ({ self }) => tellReopened(runOf(self)),
    recoverRun: ({ self }) => runOf(self).takeUpAgain!(),
    admitTasks: ({ event, self }) => {
      if (event.type === 'run.offer') admitTasks(runOf(self), event.most)
    },
    settleTask: ({ event, self }) => {
      if (event.type === 'xstate.done.actor.task') taskDone(runOf(self), event.output)
    },
    killTask: ({ event, self }) => {
      if (event.type === 'run.killTask') killTask(runOf(self), event.index, event.reason)
    },
    confirmTask: ({ event, self }) => {
      if (event.type === 'run.confirm') confirmTask(runOf(self), event)
    },
    skipRest: ({ self }) => skipRest(runOf(self)),
    killWaiting: ({ context, self }) => killLive(runOf(self), context.reason, true),
    killLive: ({ context, self }) => killLive(runOf(self), context.failure?.message ?? context.reason, false),
    killTeardowns: ({ context, event, self }) => {
      const { failure, reason } = context
      const given = event.type === 'run.kill' ? event.reason : reason
      killTeardowns(runOf(self), failure?.message ?? given)
    },
    closeRun: ({ self }) => closeRun(runOf(self)),
    tellPaused: ({ self }) => {
      runOf(self).tell({ type: 'run.paused' })
    },
    tellResumed: ({ self }) => {
      const run = runOf(self)
      run.tell({ type: 'run.resumed' })
      run.shared.admission.want(run)
    },
    tellDraining: ({ context, self }) =>
      runOf(self).tellEnding({ type: 'run.draining', reason: context.reason }),
    tellKilling: ({ context, self }) => {
      const { failure, reason } = context
      runOf(self).tellEnding({
        type: 'run.killing',
        ending: context.ending!,
        reason: failure?.message ?? reason,
        ...(failure === undefined ? {} : { failure }),
      })
    },
    tellCompleted: ({ self }) => {
      runOf(self).tell({ type: 'run.completed' })
    },
    tellFailed: ({ context, self }) => {
      const { failure } = context
      const run = runOf(self)
      run.tell({ type: 'run.failed', ...(failure === undefined ? {} : { failure }), ...run.endingCause })
    },
    tellKilled: ({ context, self }) => {
      const run = runOf(self)
      run.tell({ type: 'run.killed', reason: context.reason, ...run.endingCause })
    },
  },
}
