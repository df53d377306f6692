import { stripEscapes } from '../../executors/process/strip-escapes.ts'

/** A text of somebody else's as one harmless line: no escape codes, nothing that would move the cursor or hide. */
export function shownText(text: string): string {
  if (harmless.test(text)) return text
  return stripEscapes(text.replace(/[\r\n]+$/, ''))
    .replaceAll('\t', '  ')
    .replaceAll('\n', ' ')
    .replace(turned, '')
}

/** The lines of a text, each fit to be shown. What a task puts out in one go is told as one fact. */
export function shownLines(text: string): readonly string[] {
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map(shownText)
}

const harmless = /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff]*$/

/** What turns the direction of writing, or begins a line: a task's output must not disguise a row. */
const turned = /[\u2028-\u202e\u2066-\u2069]/g
