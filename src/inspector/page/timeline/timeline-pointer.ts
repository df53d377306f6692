import { history, pin } from '../state/shown.ts'
import { instantAt } from './chart.ts'
import {
  chartWidth,
  choose,
  chosenWindow,
  panBy,
  pointed,
  rowHeight,
  rows,
  scrolled,
  shownWindow,
  spanAt,
  zoomBy,
} from './timeline-state.ts'

/** How far a pointer may move and still have clicked, in CSS pixels. */
const still = 3

/** Pans, zooms, points and selects with mouse, wheel, pen and finger. Returns what stops it. */
export function heedPointer(bars: HTMLElement, head: HTMLElement, scroller: HTMLElement): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  let held: { x: number; y: number; top: number; hasMoved: boolean } | undefined

  bars.addEventListener('pointerdown', begin, { signal })
  bars.addEventListener('pointermove', move, { signal })
  bars.addEventListener('pointerup', end, { signal })
  bars.addEventListener('pointercancel', drop, { signal })
  bars.addEventListener('dblclick', zoomIn, { signal })
  for (const part of [bars, head]) {
    part.addEventListener('wheel', wheel, { signal, passive: false })
    part.addEventListener('pointerleave', leave, { signal })
  }
  head.addEventListener('pointerdown', lookAt, { signal })
  head.addEventListener('pointermove', overHead, { signal })
  return () => {
    stopping.abort()
    leave()
  }

  function begin(event: PointerEvent): void {
    if (event.button !== 0) return
    held = { x: event.clientX, y: event.clientY, top: scroller.scrollTop, hasMoved: false }
    bars.setPointerCapture(event.pointerId)
  }

  function move(event: PointerEvent): void {
    if (held === undefined) {
      pointed.value = at(event, true)
      return
    }
    const x = event.clientX - held.x
    if (!held.hasMoved && Math.hypot(x, event.clientY - held.y) <= still) return
    held.hasMoved = true
    pointed.value = undefined
    panBy(-x / chartWidth.value)
    held.x = event.clientX
    // A finger scrolls the rows by itself.
    if (event.pointerType !== 'touch') scroller.scrollTop = held.top - (event.clientY - held.y)
  }

  function end(event: PointerEvent): void {
    const wasClick = held?.hasMoved === false
    drop()
    if (wasClick) choose(at(event, true))
  }

  function drop(): void {
    held = undefined
  }

  function zoomIn(event: MouseEvent): void {
    const { row, instant } = at(event, true)
    const span = row && spanAt(row, instant)
    if (span === undefined || span.to === Number.POSITIVE_INFINITY) return
    const margin = (span.to - span.from) * 0.2
    chosenWindow.value = { from: span.from - margin, to: span.to + margin + 1 }
  }

  function wheel(event: WheelEvent): void {
    const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
    const mayScroll = event.currentTarget === bars && scroller.scrollHeight > scroller.clientHeight
    if (Math.abs(across) > Math.abs(event.deltaY) || event.shiftKey) panBy(across / chartWidth.value)
    else if (event.ctrlKey || event.metaKey || event.altKey || !mayScroll) {
      zoomBy(Math.exp(event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), at(event, false).instant)
    } else return
    event.preventDefault()
  }

  function lookAt(event: PointerEvent): void {
    const { instant } = at(event, false)
    pin(instant >= history.value.to ? undefined : history.value.seqAt(instant))
  }

  function overHead(event: PointerEvent): void {
    pointed.value = at(event, false)
    if (event.buttons === 1) lookAt(event)
  }

  function at({ clientX, clientY }: MouseEvent, isOverRows: boolean) {
    const { left, top } = bars.getBoundingClientRect()
    const [x, y] = [clientX - left, clientY - top]
    const instant = instantAt({ window: shownWindow(), width: chartWidth.value }, x)
    const row = isOverRows ? rows.value[Math.floor((y + scrolled.value) / rowHeight.value)] : undefined
    return { x, y, instant, row }
  }
}

function leave(): void {
  pointed.value = undefined
}
