import type { ComponentChildren } from 'preact'
import { instant } from '../state/shown.ts'
import { axisHeight, type Use, useHeight } from './paint-head.ts'
import { isOfAgents, pointed } from './timeline-state.ts'

/** How many slots, and how much of each pool, is in use at the instant that is pointed at, else looked at. */
export function UsesTable({ uses }: { readonly uses: readonly Use[] }): ComponentChildren {
  const at = Math.min(pointed.value?.instant ?? Number.POSITIVE_INFINITY, instant.value)
  return (
    <div class="timeline-names">
      {uses.map(({ name, series, limit }) => (
        <div class="timeline-use" key={name} style={{ height: `${useHeight}px` }}>
          <span title={name}>{name}</span>
          <span>
            {series.valueAt(at)}
            <span class="soft">{limit === null ? '' : ` / ${limit}`}</span>
          </span>
        </div>
      ))}
      <div class="timeline-row timeline-titles" style={{ height: `${axisHeight}px` }} aria-hidden="true">
        {(isOfAgents.value ? ['agent'] : ['task', 'tries', 'queued', 'ran']).map((name) => (
          <span key={name}>{name}</span>
        ))}
      </div>
    </div>
  )
}
