import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { marksAround, spanInWords, timeOfDay } from './in-words.ts'
import { bodyHeight, chartWidth, extent, knownUntil, pointed, shownWindow } from './timeline-state.ts'

/** What is under the pointer. */
export function Tip(): ComponentChildren {
  const over = pointed.value
  if (over === undefined) return null
  const { x, y, instant, row } = over
  const now = knownUntil()
  const { from, to } = shownWindow()
  const since = instant - extent().from
  const span = row?.spans.find((one) => one.from <= instant && instant <= Math.min(one.to, now))
  const away = row?.away?.find(({ from, to }) => from <= instant && instant <= to)
  const marks = row === undefined ? [] : marksAround(row, instant, ((to - from) / chartWidth.value) * 6)
  const isRight = x > chartWidth.value / 2
  return (
    <div
      class="tip"
      style={{
        ...(y > bodyHeight.value / 2
          ? { bottom: `${bodyHeight.value - y + 12}px` }
          : { top: `${Math.max(0, y) + 16}px` }),
        ...(isRight
          ? { right: `${chartWidth.value - x + 12}px` }
          : { left: `calc(var(--timeline-names) + ${x + 12}px)` }),
      }}
    >
      {row !== undefined && <b>{row.id}</b>}
      {span?.attempt?.taskId !== undefined && <p>{span.attempt.taskId}</p>}
      {away !== undefined && <p>offline for {showMs(Math.min(away.to, now) - away.from)}</p>}
      {span !== undefined && <p>{spanInWords(span, now)}</p>}
      {span?.attempt?.failure !== undefined && <p>{span.attempt.failure.message.slice(0, 160)}</p>}
      {marks.map((mark) => (
        <p key={mark}>{mark.slice(0, 160)}</p>
      ))}
      <p class="soft">
        {since < 0 ? 'before the start' : showMs(since)} · {timeOfDay(instant)}
      </p>
    </div>
  )
}
