import { keepColours, stripEscapes } from './strip-escapes.ts'

/** Foreign text as one harmless line: without escape codes, or characters that move the cursor or are invisible. */
export function shownText(text: string): string {
  if (harmless.test(text)) return text
  return stripEscapes(withoutLastNewlines(text))
    .replaceAll('\t', '  ')
    .replaceAll('\n', ' ')
    .replace(turned, '')
}

/**
 * Foreign text as one harmless line in its own colours: of its escape codes only those that choose colours are left. The
 * line may end with a colour on.
 */
export function colouredText(text: string): string {
  if (harmless.test(text)) return text
  return keepColours(withoutLastNewlines(text))
    .replaceAll('\t', '  ')
    .replaceAll('\n', ' ')
    .replace(turned, '')
}

/** The lines of a text, each made harmless, in their own colours. */
export function colouredLines(text: string): readonly string[] {
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(colouredText)
}

/** The lines of a text, each made harmless. One fact may hold several lines of a task's output. */
export function shownLines(text: string): readonly string[] {
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(shownText)
}

/** A message of several lines, each made harmless, for the end of a program. */
export function shownMessage(text: string): string {
  return shownLines(text).join('\n')
}

/** A text that was painted already, without what changes the direction of writing. */
export function withoutTurns(text: string): string {
  return text.replace(turned, '')
}

const harmless = /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff]*$/

/**
 * Characters that change the direction of writing, or begin a line: a task's output must not look like a row of its
 * own.
 */
const turned = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

function withoutLastNewlines(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--
  return text.slice(0, end)
}
