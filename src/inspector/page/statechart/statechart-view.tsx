import type { ComponentChildren } from 'preact'

export function StatechartView(): ComponentChildren {
  return <p class="empty">StatechartView</p>
}
