import type { ComponentChildren } from 'preact'
import type { TaskStatus } from '../../../events/task-view.ts'

/** All statuses of a task, in the order in which it goes through them. */
export const statuses = [
  'pending',
  'ready',
  'dispatched',
  'starting',
  'running',
  'stalled',
  'stopping',
  'completed',
  'failed',
  'killed',
  'skipped',
] as const satisfies readonly TaskStatus[]

/** The dot of a status, which is also told by its shape: hollow before the start, filled from then on. */
export function Dot({ status }: { readonly status: string }): ComponentChildren {
  return (
    <span class="dot" data-is={status} style={{ '--dot': `var(--state-${status})` }} aria-hidden="true" />
  )
}

/** The dot and the word of a status. */
export function Status({ status }: { readonly status: string }): ComponentChildren {
  return (
    <span class="status">
      <Dot status={status} />
      {status}
    </span>
  )
}
