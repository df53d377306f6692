import type { ComponentChildren } from 'preact'
import type { Outcome } from '../../../../machines/outcome.ts'
import { moment } from '../state/shown.ts'
import { Written } from './stretches.tsx'
import { TaskLink } from './task-link.tsx'

type Skip = Extract<Outcome, { status: 'skipped' }>

/** Why a task was never started, with the way to the task that is to blame, however far away. */
export function Skipped({ because, causedBy }: Skip): ComponentChildren {
  const cause = causedBy === undefined ? undefined : moment.value.tasks.get(causedBy)
  if (cause === undefined) return <p class="panel-line">Skipped: {because.replaceAll('-', ' ')}.</p>
  return (
    <div class="question">
      <p>
        Skipped because <TaskLink id={cause.id} /> {cause.status === 'killed' ? 'was killed' : cause.status}.
      </p>
      {cause.failure !== undefined && (
        <p class="said">
          <Written text={cause.failure.message} />
        </p>
      )}
    </div>
  )
}
