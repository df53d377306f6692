import type { ComponentChildren } from 'preact'

export function DagView(): ComponentChildren {
  return <p class="empty">DagView</p>
}
