import type { ComponentChildren } from 'preact'
import { moment } from '../state/shown.ts'
import { rootOf } from './causes.ts'
import { TaskLink } from './task-link.tsx'

/** Why a task was never started, with the way to the task that is to blame. */
export function Skipped({ taskId }: { readonly taskId: string }): ComponentChildren {
  const { tasks } = moment.value
  const outcome = tasks.get(taskId)?.outcome
  if (outcome?.status !== 'skipped') return null
  const root = rootOf(moment.value, taskId)
  const cause = root === undefined ? undefined : tasks.get(root)
  if (root === undefined || cause === undefined || root === taskId) {
    return <p class="panel-line">Skipped: {outcome.because.replaceAll('-', ' ')}.</p>
  }
  return (
    <div class="question">
      <p>
        Skipped because <TaskLink id={root} />{' '}
        {cause.outcome?.status === 'killed' ? 'was killed' : cause.status}.
      </p>
      {outcome.causedBy !== undefined && outcome.causedBy !== root && (
        <p class="soft">
          By way of <TaskLink id={outcome.causedBy} />.
        </p>
      )}
      {cause.failure !== undefined && <p class="said">{cause.failure.message}</p>}
    </div>
  )
}
