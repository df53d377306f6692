import type { ComponentChildren } from 'preact'

export function RunPanel(): ComponentChildren {
  return <p class="empty">RunPanel</p>
}
