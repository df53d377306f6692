import type { ComponentChildren } from 'preact'
import { Dot } from '../shell/status.tsx'
import { selectAgent, selectedAgent } from '../state/shown.ts'
import { bodyHeight, rowHeight, rows, scrolled } from '../timeline/timeline-state.ts'
import { agentNow, isRegistered } from './agents-state.ts'

/** The names of the lanes that are to be seen; the table above has the rest. */
export function LaneNames(): ComponentChildren {
  const high = rowHeight.value
  const first = Math.max(0, Math.floor(scrolled.value / high))
  const last = Math.ceil((scrolled.value + bodyHeight.value) / high)
  return (
    <div class="timeline-names" id="timeline-rows">
      {rows.value.slice(first, last).map(({ id }, place, shown) => (
        <div
          key={first + place}
          class="timeline-row"
          aria-selected={id === selectedAgent.value}
          style={{ top: `${(first + place) * high - scrolled.value}px` }}
          onClick={() => selectAgent(id)}
        >
          {id !== shown[place - 1]?.id && (
            <span title={id}>
              {isRegistered.value && <Dot status={agentNow(id).status} />}
              <bdi>{id}</bdi>
            </span>
          )}
        </div>
      ))}
    </div>
  )
}
