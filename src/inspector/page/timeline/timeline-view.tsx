import type { ComponentChildren } from 'preact'
import { watchSize } from '../list/watch-size.ts'
import { bringIntoView } from '../list/window.ts'
import { heedKeys, type Keys } from '../shell/heed-keys.ts'
import { axisHeight, useHeight } from './paint-head.ts'
import { TimelineBar } from './timeline-bar.tsx'
import { paintTimeline } from './timeline-painter.ts'
import { heedPointer } from './timeline-pointer.ts'
import {
  bodyHeight,
  chartWidth,
  chosenWindow,
  isOfAgents,
  pointed,
  revealInTime,
  rowHeight,
  rows,
  scrolled,
  selectedId,
  showsAll,
  timeline,
  usesOf,
  zoomBy,
} from './timeline-state.ts'
import { LaneNames } from '../agents/lane-names.tsx'
import { TimelineTable } from './timeline-table.tsx'
import { Tip } from './timeline-tip.tsx'
import { UsesTable } from './uses-table.tsx'
import { useEffect, useRef } from '../state/signals.ts'

/** Every attempt of every task as a bar over time, and above them what was in use. */
export function TimelineView(): ComponentChildren {
  const head = useRef<HTMLCanvasElement>()
  const bars = useRef<HTMLCanvasElement>()
  const scroller = useRef<HTMLDivElement>()
  useEffect(() => {
    const [axis, chart, body] = [head.current!, bars.current!, scroller.current!]
    const measure = (): void => {
      // What was scrolled before was perhaps another timeline, or this one where it had less room.
      scrolled.value = body.scrollTop
      bodyHeight.value = body.clientHeight
      chartWidth.value = chart.parentElement!.clientWidth
    }
    measure()
    const stops = [
      watchSize(body, measure),
      paintTimeline(axis, chart),
      heedPointer(chart, axis, body),
      heedKeys(zoomKeys),
    ]
    return () => stops.forEach((stop) => stop())
  }, [])
  useEffect(() => {
    scroller.current!.scrollTop = 0
  }, [showsAll.value])
  useEffect(() => reveal(scroller.current!), [selectedId(), showsAll.value])
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
          {isOfAgents.value ? <LaneNames /> : <TimelineTable />}
          <div class="timeline-chart">
            <canvas ref={bars} aria-hidden="true" />
          </div>
          <Tip />
        </div>
        <div style={{ height: `${Math.max(0, rows.value.length * rowHeight.value - bodyHeight.value)}px` }} />
        {rows.value.length === 0 && (
          <p class="empty">
            {timeline().rows.length > 0 ? 'No task has this name and status.' : 'The run has no tasks.'}
          </p>
        )}
      </div>
    </div>
  )
}

/** The keys of this view, wherever the focus is. */
const zoomKeys: Keys = {
  '+': () => zoomBy(0.5),
  '=': () => zoomBy(0.5),
  '-': () => zoomBy(2),
  f: showAll,
  0: showAll,
}

function showAll(): void {
  chosenWindow.value = undefined
}

/** Scrolls the selected row into the window. */
function reveal(scroller: HTMLElement): void {
  const place = rows.peek().findIndex(({ id }) => id === selectedId())
  if (place === -1) return
  if (!isOfAgents.peek()) revealInTime(rows.peek()[place]!.id)
  const high = rowHeight.peek()
  // The name of a low row is higher than the row.
  const room = Math.max(0, 12 - high / 2)
  bringIntoView(scroller, place * high, high, { above: room, below: room })
}
