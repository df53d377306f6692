const newline = 0x0a
const carriageReturn = 0x0d
const escape = 0x1b
const bell = 0x07
const backslash = 0x5c
const stringEnd = 0x9c

/** All control characters except tab and newline. */
// oxlint-disable-next-line no-control-regex
const anyControl = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/

/**
 * A command's output as text for a screen: without escape sequences and control characters other than tab and newline.
 * Text that a carriage return would have overwritten is left out, so that only the latest state of a progress bar
 * remains. Reads any text in a single pass.
 */
export function stripEscapes(text: string): string {
  return stripped(text, false)
}

/** As `stripEscapes`, but the sequences that choose colours stay. */
export function keepColours(text: string): string {
  return stripped(text, true)
}

/** Without escape sequences; everything else stays, carriage returns too. For output that a program is to read. */
export function cutEscapes(text: string): string {
  let at = text.indexOf('\u001b')
  if (at === -1) return text
  let from = 0
  let kept = ''
  while (at !== -1) {
    kept += text.slice(from, at)
    from = endOfSequence(text, at, escape)
    at = text.indexOf('\u001b', from)
  }
  return kept + text.slice(from)
}

function stripped(text: string, keepsColours: boolean): string {
  const first = text.search(anyControl)
  if (first === -1) return text
  let from = text.lastIndexOf('\n', first) + 1
  const kept = [text.slice(0, from)]
  /** How many of the kept pieces belong to complete lines, which a carriage return does not overwrite. */
  let over = kept.length
  let isReturned = false
  const keep = (to: number): void => {
    if (to === from) return
    if (isReturned) kept.length = over
    isReturned = false
    kept.push(text.slice(from, to))
  }
  for (let at = first; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code !== newline && !isControl(code)) {
      at++
      continue
    }
    keep(at)
    from = at
    if (code === newline) {
      isReturned = false
      keep(++at)
      over = kept.length
    } else if (code === carriageReturn) {
      isReturned = true
      at++
    } else {
      const end = endOfSequence(text, at, code)
      if (keepsColours && code === escape && isColour(text, at, end)) keep(end)
      at = end
    }
    from = at
  }
  keep(text.length)
  return kept.join('')
}

/** Select Graphic Rendition: `ESC [ 1 ; 31 m`. A private one, such as `ESC [ > 4 m`, is something else. */
function isColour(text: string, from: number, to: number): boolean {
  return text[to - 1] === 'm' && text[from + 1] === '[' && /^[\d;:]*$/.test(text.slice(from + 2, to - 1))
}

function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09) || (code >= 0x7f && code < 0xa0)
}

/** The index after the control character at `at` and everything that belongs to it, by ECMA-48. */
function endOfSequence(text: string, at: number, code: number): number {
  if (code !== escape) {
    if (code === 0x9b) return endOfParameters(text, at + 1)
    return beginsString(code - 0x40) ? endOfString(text, at + 1) : at + 1
  }
  const next = text.charCodeAt(at + 1)
  if (next === 0x5b) return endOfParameters(text, at + 2)
  return beginsString(next) ? endOfString(text, at + 2) : endOfShort(text, at + 1)
}

/** `P`, `X`, `]`, `^` or `_`: a string for the terminal itself follows, such as a title or a link. */
function beginsString(code: number): boolean {
  return code === 0x50 || code === 0x58 || (code >= 0x5d && code <= 0x5f)
}

/** A string without an end goes to the end of the line. */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === newline) return at
    if (code === bell || code === stringEnd) return at + 1
    if (code === escape) return text.charCodeAt(at + 1) === backslash ? at + 2 : at
  }
  return text.length
}

/** Colours and cursor movements: parameters from `0` to `?`, then like the short sequences. */
function endOfParameters(text: string, from: number): number {
  let at = from
  while (isWithin(text.charCodeAt(at), 0x30, 0x3f)) at++
  while (isWithin(text.charCodeAt(at), 0x20, 0x2f)) at++
  return isWithin(text.charCodeAt(at), 0x40, 0x7e) ? at + 1 : at
}

function endOfShort(text: string, from: number): number {
  let at = from
  while (isWithin(text.charCodeAt(at), 0x20, 0x2f)) at++
  return isWithin(text.charCodeAt(at), 0x30, 0x7e) ? at + 1 : at
}

/** False at the end of the text, where there is no code. */
function isWithin(code: number, first: number, last: number): boolean {
  return code >= first && code <= last
}
