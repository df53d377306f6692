import type { ComponentChildren } from 'preact'

export function TimelineView(): ComponentChildren {
  return <p class="empty">TimelineView</p>
}
