import stringWidth from 'string-width'

/** Measuring is slow, and no screen is that wide. Beyond this many units, every unit counts as one column. */
const longestMeasured = 1_000
/** How many UTF-16 units one column may have, so that marks piled on a letter cannot make a line endless. */
const mostUnitsPerColumn = 16

/** How many columns a text without control characters takes on a terminal. */
export function displayWidth(text: string): number {
  if (plainText.test(text)) return text.length
  return widthOf(text.slice(0, longestMeasured)) + Math.max(0, text.length - longestMeasured)
}

/** The text where it fits, else as much of it as fits before an ellipsis. Nothing for less than one column. */
export function cutToWidth(text: string, columns: number): string {
  if (text.length <= columns && plainText.test(text)) return text
  if (columns < 1) return ''
  const beginning = text.slice(0, columns * mostUnitsPerColumn)
  if (beginning.length === text.length && displayWidth(text) <= columns) return text
  let width = 0
  let kept = ''
  for (const { segment } of graphemes.segment(beginning)) {
    width += widthOf(segment)
    if (width > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

const plainText = /^[\u0020-\u007e]*$/

const graphemes = new Intl.Segmenter()

function widthOf(text: string): number {
  // The text has no escape codes, and looking for them is very slow in some texts.
  return stringWidth(text, { countAnsiEscapeCodes: true })
}
