import { colouredText, shownText } from '../../text/shown-text.ts'
import type { Paint, Tone } from './colours.ts'
import { cutInMiddle, cutToWidth, displayWidth } from './text-width.ts'

/** A part of a row in one tone. It may hold foreign text, which is made harmless before it is painted. */
export type Span = readonly [text: string, tone: Tone]

/** The spans as one row of at most that many columns, cut before it is painted. */
export function rowOf(spans: readonly Span[], columns: number, paint: Paint): string {
  let left = columns
  let row = ''
  for (const [given, tone] of spans) {
    if (left <= 0) break
    if (tone === 'own') {
      const [text, width] = cutColoured(colouredText(given), left)
      row += paint(text, tone)
      left -= width
      continue
    }
    const text = shownText(given)
    const width = displayWidth(text)
    row += paint(width <= left ? text : cutToWidth(text, left), tone)
    left -= width
  }
  return row
}

/** The spans as a line of any length. */
export function lineOf(spans: readonly Span[], paint: Paint): string {
  return spans
    .map(([text, tone]) => paint(tone === 'own' ? colouredText(text) : shownText(text), tone))
    .join('')
}

/** How many columns the spans take. */
export function widthOf(spans: readonly Span[]): number {
  return spans.reduce(
    (sum, [text, tone]) =>
      sum + displayWidth(tone === 'own' ? colouredText(text).replace(colours, '') : shownText(text)),
    0,
  )
}

/** A name in exactly that many columns: one that is longer loses its middle, because ids differ at both ends. */
export function inColumns(name: string, columns: number): string {
  const text = cutInMiddle(shownText(name), columns)
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)))
}

// oxlint-disable-next-line no-control-regex
const colours = /(\u001b\[[\d;:]*m)/g

/** As much of the text as fits, its colours not counted, and how many columns the whole of it would take. */
function cutColoured(text: string, columns: number): [text: string, width: number] {
  if (!text.includes('\u001b')) {
    const width = displayWidth(text)
    return [width <= columns ? text : cutToWidth(text, columns), width]
  }
  let left = columns
  let kept = ''
  // Every second piece is a colour.
  for (const [index, piece] of text.split(colours).entries()) {
    if (index % 2 === 1) kept += piece
    else {
      const width = displayWidth(piece)
      kept += width <= left ? piece : cutToWidth(piece, left)
      left -= width
      if (left < 0) break
    }
  }
  return [kept, columns - left]
}
