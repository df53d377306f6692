import type { ComponentChildren } from 'preact'
import { Dot } from '../shell/status.tsx'
import { moment, select, selectAgent } from '../state/shown.ts'
import { Few } from './few.tsx'

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

/** An agent by its id: leads to it. */
export function AgentLink({ id }: { readonly id: string }): ComponentChildren {
  return (
    <button type="button" class="plain" title={`agent ${id}`} onClick={() => selectAgent(id)}>
      <bdi>{id}</bdi>
    </button>
  )
}

/** Tasks, a line each; of many only some at first. */
export function TaskLinks({ ids }: { readonly ids: readonly string[] }): ComponentChildren {
  return (
    <div class="task-links">
      <Few of={ids} most={12}>
        {(id) => (
          <div key={id}>
            <TaskLink id={id} />
          </div>
        )}
      </Few>
    </div>
  )
}
