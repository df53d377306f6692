/**
 * How many columns a text takes on a terminal. Where terminals differ (emoji joined into one picture) the larger number
 * is given: a row that is a little short is better than one that wraps.
 */
export function displayWidth(text: string): number {
  if (plainText.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** The text where it fits, else as much of it as fits before an ellipsis. Nothing for less than one column. */
export function cutToWidth(text: string, columns: number): string {
  if (text.length <= columns && plainText.test(text)) return text
  if (columns < 1) return ''
  let width = 0
  let kept = ''
  for (const character of text) {
    width += widthOf(character)
    if (width > columns) return `${keptWithin(kept, columns - 1)}…`
    kept += character
  }
  return kept
}

function keptWithin(text: string, columns: number): string {
  let width = 0
  let kept = ''
  for (const character of text) {
    width += widthOf(character)
    if (width > columns) break
    kept += character
  }
  return kept
}

const plainText = /^[\u0020-\u007e]*$/

/** Marks that sit on the character before them, and what only directs how others are shown. */
const zeroWide = /^[\p{Mn}\p{Me}\p{Cf}]$/u

function widthOf(character: string): number {
  const code = character.codePointAt(0)!
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad ? 0 : 1
  // This selector turns the character before it into a picture two columns wide.
  if (code === 0xfe0f) return 1
  if (zeroWide.test(character)) return 0
  return isWide(code) ? 2 : 1
}

/** Wide and full-width ranges of Unicode's East Asian Width (UAX #11), and pictures; gaps between near ones are closed. */
const wideRanges: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f5],
  [0x26fa, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274e],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f19a],
  [0x1f1e6, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7f0],
  [0x1f90c, 0x1faff],
  [0x20000, 0x3fffd],
]

function isWide(code: number): boolean {
  let low = 0
  let high = wideRanges.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [first, last] = wideRanges[middle]!
    if (code < first) high = middle - 1
    else if (code > last) low = middle + 1
    else return true
  }
  return false
}
