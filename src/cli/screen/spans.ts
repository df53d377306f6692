import type { Paint, Tone } from './colours.ts'
import { cutToWidth, displayWidth } from './text-width.ts'

/** A part of a row in one tone. */
export type Span = readonly [text: string, tone: Tone]

/** The spans as one row of at most that many columns, cut before it is painted. */
export function rowOf(spans: readonly Span[], columns: number, paint: Paint): string {
  let left = columns
  let row = ''
  for (const [text, tone] of spans) {
    if (left <= 0) break
    const width = displayWidth(text)
    row += paint(width <= left ? text : cutToWidth(text, left), tone)
    left -= width
  }
  return row
}

/** The spans as a line of any length. */
export function lineOf(spans: readonly Span[], paint: Paint): string {
  return spans.map(([text, tone]) => paint(text, tone)).join('')
}
