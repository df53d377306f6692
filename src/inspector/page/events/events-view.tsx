import type { ComponentChildren } from 'preact'

export function EventsView(): ComponentChildren {
  return <p class="empty">EventsView</p>
}
