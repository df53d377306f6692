import type { ComponentChildren } from 'preact'

export function TaskPanel(): ComponentChildren {
  return <p class="empty">TaskPanel</p>
}
