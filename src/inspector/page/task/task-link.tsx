import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Dot } from '../shell/status.tsx'
import { moment, select } from '../state/shown.ts'

/** A task by its id, with its status: leads to it. */
export function TaskLink({ id }: { readonly id: string }): ComponentChildren {
  const status = moment.value.tasks.get(id)?.status ?? 'pending'
  return (
    <button type="button" class="plain task-link" title={`${id}: ${status}`} onClick={() => select(id)}>
      <Dot status={status} />
      <span class="visually-hidden">{status}</span>
      <bdi>{id}</bdi>
    </button>
  )
}

const shownAtFirst = 12

/** Tasks, a line each; of many only some at first. */
export function TaskLinks({ ids }: { readonly ids: readonly string[] }): ComponentChildren {
  const [showsAll, showAll] = useState(false)
  const shown = showsAll ? ids.slice(0, 1_000) : ids.slice(0, shownAtFirst)
  return (
    <ul class="task-links">
      {shown.map((id) => (
        <li key={id}>
          <TaskLink id={id} />
        </li>
      ))}
      {shown.length < ids.length && (
        <li>
          {showsAll ? (
            <span class="soft">and {ids.length - shown.length} more</span>
          ) : (
            <button type="button" class="plain soft" onClick={() => showAll(true)}>
              {ids.length - shown.length} more
            </button>
          )}
        </li>
      )}
    </ul>
  )
}
