/** The stretch of time that is shown, in epoch milliseconds. */
export interface TimeWindow {
  readonly from: number
  readonly to: number
}

/** The shortest stretch that can be looked at. */
const shortest = 1

/** The whole of `extent` with a little room at its end, so that bars do not touch the edge. */
export function fitted({ from, to }: TimeWindow): TimeWindow {
  const length = Math.max(shortest, to - from)
  return { from: from - length * 0.01, to: to + length * 0.03 }
}

/** The window made `factor` times as long, with the instant `around` where it was. No longer than all of `extent`. */
export function zoomed(window: TimeWindow, factor: number, around: number, extent: TimeWindow): TimeWindow {
  const whole = fitted(extent)
  const length = window.to - window.from
  const next = Math.min(whole.to - whole.from, Math.max(shortest, length * factor))
  const from = around - ((around - window.from) / length) * next
  return within({ from, to: from + next }, whole)
}

/** The window moved by a length of time, as far as there is something to see. */
export function panned({ from, to }: TimeWindow, byMs: number, extent: TimeWindow): TimeWindow {
  return within({ from: from + byMs, to: to + byMs }, fitted(extent))
}

/** Moves on with a run that goes on, if the window showed its end. */
export function followed(window: TimeWindow, before: TimeWindow, now: TimeWindow): TimeWindow {
  return window.to < before.to ? window : panned(window, now.to - before.to, now)
}

/** Moves the window just as far as needed to show `instant`. */
export function revealing(window: TimeWindow, instant: number, extent: TimeWindow): TimeWindow {
  const margin = (window.to - window.from) * 0.1
  if (instant < window.from) return panned(window, instant - margin - window.from, extent)
  if (instant > window.to) return panned(window, instant + margin - window.to, extent)
  return window
}

function within(window: TimeWindow, whole: TimeWindow): TimeWindow {
  const length = window.to - window.from
  if (length >= whole.to - whole.from) return whole
  if (window.from < whole.from) return { from: whole.from, to: whole.from + length }
  if (window.to > whole.to) return { from: whole.to - length, to: whole.to }
  return window
}
