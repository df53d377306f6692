import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { placeAfter } from '../list/window.ts'
import { Dot } from '../shell/status.tsx'
import { instant, moment, select, selectedTask } from '../state/shown.ts'
import { timesUntil } from './row-order.ts'
import { bodyHeight, panBy, pointed, rowHeight, rows, scrolled, timeline } from './timeline-state.ts'

/** The rows that are to be seen, in words: who, how often, how long it waited and ran, and how it stands. */
export function TimelineTable(): ComponentChildren {
  const { tasks } = moment.value
  const list = rows.value
  const selected = timeline().row(selectedTask.value ?? '')?.index
  const high = rowHeight.value
  const first = Math.max(0, Math.floor(scrolled.value / high))
  const last = Math.min(list.length, Math.ceil((scrolled.value + bodyHeight.value) / high))
  // Rows that are too low for words have names where somebody looks.
  const isLow = high < 16
  const named = (id: string): boolean => !isLow || id === selectedTask.value || id === pointed.value?.row?.id
  return (
    <div
      class="timeline-names"
      role="grid"
      id="timeline-rows"
      aria-label="Tasks over time"
      aria-rowcount={list.length + 1}
      aria-activedescendant={selected === undefined ? undefined : `row-${selected}`}
      tabIndex={0}
      onKeyDown={heedRowKey}
    >
      {list.slice(first, last).map((row, place) => {
        if (!named(row.id)) return null
        const { status, attempt } = tasks.get(row.id)!
        const { queuedMs, ranMs } = timesUntil(row, instant.value)
        return (
          <div
            role="row"
            key={row.id}
            id={`row-${row.index}`}
            class="timeline-row"
            aria-rowindex={first + place + 2}
            aria-selected={row.id === selectedTask.value}
            style={{ top: `${(first + place) * high - scrolled.value - (isLow ? 12 - high / 2 : 0)}px` }}
            onClick={() => select(row.id)}
          >
            <span role="gridcell" title={row.id}>
              <Dot status={status} />
              <span class="visually-hidden">{status}</span>
              <bdi>{row.id}</bdi>
            </span>
            <span role="gridcell">{attempt || ''}</span>
            <span role="gridcell">{queuedMs > 0 ? showMs(queuedMs) : ''}</span>
            <span role="gridcell">{ranMs > 0 ? showMs(ranMs) : ''}</span>
          </div>
        )
      })}
    </div>
  )
}

/** The keys of the rows while they have the focus. */
function heedRowKey(event: KeyboardEvent): void {
  const list = rows.peek()
  const from = list.findIndex(({ id }) => id === selectedTask.peek())
  const page = Math.floor(bodyHeight.peek() / rowHeight.peek())
  const place = placeAfter(event, from, list.length, page)
  if (place !== undefined) select(list[place]!.id)
  else if (event.key === 'ArrowLeft') panBy(-0.1)
  else if (event.key === 'ArrowRight') panBy(0.1)
  else if (event.key === 'Enter') document.getElementById('task-title')?.focus()
  else return
  event.preventDefault()
}
