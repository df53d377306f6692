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

/** The text where it fits, else its beginning and its end with an ellipsis between them. */
export function cutInMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  // Room for less than two letters at each end tells nothing about the end.
  if (columns < 5) return cutToWidth(text, columns)
  const endColumns = Math.floor((columns - 1) / 2)
  let width = 0
  let end = ''
  for (const { segment } of [
    ...graphemes.segment(text.slice(-endColumns * mostUnitsPerColumn)),
  ].toReversed()) {
    width += widthOf(segment)
    if (width > endColumns) break
    end = segment + end
  }
  return cutToWidth(text, columns - displayWidth(end)) + end
}

/** The text in lines of at most that many columns, broken at blanks where there are some. At least one line. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  while (displayWidth(rest) > columns) {
    let head = cutToWidth(rest, columns + 1).slice(0, -1)
    if (head === '') break
    const blank = head.lastIndexOf(' ')
    if (rest[head.length] !== ' ' && blank > head.length / 2) head = head.slice(0, blank + 1)
    lines.push(head)
    rest = rest.slice(head.length)
  }
  return [...lines, rest]
}

const plainText = /^[\u0020-\u007e]*$/

const graphemes = new Intl.Segmenter()

function widthOf(text: string): number {
  // The text has no escape codes, and looking for them is very slow in some texts.
  return stringWidth(text, { countAnsiEscapeCodes: true })
}
