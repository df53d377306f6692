import { pathText } from './paths.ts'
import type { Path, Places } from './places.ts'
import type { PlanProblem } from '../errors/plan-file-error.ts'
import type { ReadText } from './read-text.ts'

export interface ReportOptions {
  /** Which part of the path's last entry is wrong. @default 'value' */
  readonly part?: 'key' | 'value'
  readonly hint?: string
}

/** A plan file that is being read: the places of its values, and the problems that were found. */
export interface Reading {
  readonly places: Places
  /** The sentence begins with the path: `is 5, but …`. */
  readonly report: (path: Path, rest: string, options?: ReportOptions) => void
  /** The same, with a whole sentence. */
  readonly reportSentence: (path: Path, sentence: string, options?: ReportOptions) => void
  readonly problemCount: () => number
  /** The `line:column` of the value that the path leads to. */
  readonly positionOf: (path: Path) => string
}

export function readingOf(text: ReadText, file: string, problems: PlanProblem[]): Reading {
  const reportSentence: Reading['reportSentence'] = (path, sentence, { part = 'value', hint } = {}) => {
    const at = text.lineAndColumn(text.places.offsetOf(path, part))
    problems.push({
      file,
      ...at,
      message: printable(sentence),
      ...(hint === undefined ? {} : { hint: printable(hint) }),
    })
  }
  return {
    places: text.places,
    reportSentence,
    report: (path, rest, options) => reportSentence(path, `${pathText(path)} ${rest}`, options),
    problemCount: () => problems.length,
    positionOf(path) {
      const { line, column } = text.lineAndColumn(text.places.offsetOf(path))
      return `${line}:${column}`
    },
  }
}

/**
 * A text that is quoted from a file, made harmless: it cannot move the cursor, change the direction of writing, or look
 * like another line.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
