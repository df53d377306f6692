import type { ComponentChildren } from 'preact'

export function FactsView(): ComponentChildren {
  return <p class="empty">FactsView</p>
}
