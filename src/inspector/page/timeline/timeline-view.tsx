import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { selectedTask } from '../state/shown.ts'
import { axisHeight, useHeight } from './paint-head.ts'
import { TimelineBar } from './timeline-bar.tsx'
import { paintTimeline } from './timeline-painter.ts'
import { heedPointer } from './timeline-pointer.ts'
import {
  bodyHeight,
  chartWidth,
  chosenWindow,
  panBy,
  pointed,
  revealInTime,
  rowHeight,
  rows,
  scrolled,
  selectRow,
  showsAll,
  timeline,
  usesOf,
  zoomBy,
} from './timeline-state.ts'
import { TimelineTable } from './timeline-table.tsx'
import { Tip } from './timeline-tip.tsx'
import { UsesTable } from './uses-table.tsx'

/** Every attempt of every task as a bar over time, and above them what was in use. */
export function TimelineView(): ComponentChildren {
  const head = useRef<HTMLCanvasElement>(null)
  const bars = useRef<HTMLCanvasElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const [axis, chart, body] = [head.current!, bars.current!, scroller.current!]
    const measure = (): void => {
      bodyHeight.value = body.clientHeight
      chartWidth.value = chart.parentElement!.clientWidth
    }
    const sizes = new ResizeObserver(measure)
    sizes.observe(body)
    measure()
    addEventListener('keydown', heedKey)
    const stops = [
      paintTimeline(axis, chart),
      heedPointer(chart, axis, body),
      () => sizes.disconnect(),
      () => removeEventListener('keydown', heedKey),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
  useEffect(() => {
    scroller.current!.scrollTop = 0
  }, [showsAll.value])
  useEffect(() => reveal(scroller.current!), [selectedTask.value, showsAll.value])
  const uses = usesOf(timeline())
  return (
    <div class="timeline">
      <TimelineBar />
      <div class="timeline-head" style={{ height: `${uses.length * useHeight + axisHeight}px` }}>
        <UsesTable uses={uses} />
        <div class="timeline-chart">
          <canvas ref={head} aria-hidden="true" title="Click to look at an instant" />
        </div>
      </div>
      <div
        class="timeline-body"
        ref={scroller}
        onScroll={({ currentTarget }) => {
          scrolled.value = currentTarget.scrollTop
          pointed.value = undefined
        }}
      >
        <div class="timeline-window" style={{ height: `${bodyHeight.value}px` }}>
          <TimelineTable />
          <div class="timeline-chart">
            <canvas ref={bars} aria-hidden="true" />
          </div>
          <Tip />
        </div>
        <div style={{ height: `${Math.max(0, rows.value.length * rowHeight.value - bodyHeight.value)}px` }} />
        {rows.value.length === 0 && timeline().rows.length > 0 && (
          <p class="empty">No task has this name and status.</p>
        )}
      </div>
    </div>
  )
}

/** The keys of this view: those that move in its rows while these have the focus, the others wherever it is. */
function heedKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const target = event.target as HTMLElement
  if (target.matches('input, textarea, select, dialog *')) return
  if (zoomWith(event.key) || (target.id === 'timeline-rows' && moveWith(event.key))) event.preventDefault()
}

function zoomWith(key: string): boolean {
  switch (key) {
    case '+':
    case '=':
      zoomBy(0.5)
      return true
    case '-':
      zoomBy(2)
      return true
    case 'f':
    case '0':
      chosenWindow.value = undefined
      return true
    default:
      return false
  }
}

function moveWith(key: string): boolean {
  const page = Math.floor(bodyHeight.value / rowHeight.value)
  switch (key) {
    case 'ArrowDown':
      selectRow(1)
      return true
    case 'ArrowUp':
      selectRow(-1)
      return true
    case 'PageDown':
      selectRow(page)
      return true
    case 'PageUp':
      selectRow(-page)
      return true
    case 'ArrowLeft':
      panBy(-0.1)
      return true
    case 'ArrowRight':
      panBy(0.1)
      return true
    case 'Enter':
      document.getElementById('task-title')?.focus()
      return true
    default:
      return false
  }
}

/** Scrolls the selected row into the window. */
function reveal(scroller: HTMLElement): void {
  const place = rows.peek().findIndex(({ id }) => id === selectedTask.peek())
  if (place === -1) return
  revealInTime(rows.peek()[place]!.id)
  const high = rowHeight.peek()
  // The name of a low row is higher than the row.
  const room = Math.max(0, 12 - high / 2)
  const top = place * high
  if (top - room < scroller.scrollTop) scroller.scrollTop = top - room
  else if (top + high + room > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top + high + room - scroller.clientHeight
  }
}
