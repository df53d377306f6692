import { shownText } from '../../text/shown-text.ts'
import type { Paint, Tone } from './colours.ts'
import { cutToWidth, displayWidth } from './text-width.ts'

/** A part of a row in one tone. It may hold foreign text, which is made harmless before it is painted. */
export type Span = readonly [text: string, tone: Tone]

/** The spans as one row of at most that many columns, cut before it is painted. */
export function rowOf(spans: readonly Span[], columns: number, paint: Paint): string {
  let left = columns
  let row = ''
  for (const [given, tone] of spans) {
    if (left <= 0) break
    const text = shownText(given)
    const width = displayWidth(text)
    row += paint(width <= left ? text : cutToWidth(text, left), tone)
    left -= width
  }
  return row
}

/** The spans as a line of any length. */
export function lineOf(spans: readonly Span[], paint: Paint): string {
  return spans.map(([text, tone]) => paint(shownText(text), tone)).join('')
}
