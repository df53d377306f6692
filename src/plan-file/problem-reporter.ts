import { firstGuesses } from '../errors/nearest.ts'
import type { PlanProblem } from '../errors/plan-file-error.ts'
import { spelledOut } from '../text/spelled-out.ts'
import { pathText } from './paths.ts'
import type { Path, Places } from './places.ts'
import type { ReadText } from './read-text.ts'

export interface ReportOptions {
  /** Which part of the path's last entry is wrong. @default 'value' */
  readonly part?: 'key' | 'value'
  readonly hint?: string
}

/** Collects what is wrong with a plan file, each problem with its place in the text. */
export interface ProblemReporter {
  readonly places: Places
  /** The sentence begins with the path: `is 5, but …`. */
  readonly report: (path: Path, rest: string, options?: ReportOptions) => void
  /** The same, with a whole sentence. */
  readonly reportSentence: (path: Path, sentence: string, options?: ReportOptions) => void
  readonly problemCount: () => number
  /** The `line:column` of the value that the path leads to. */
  readonly positionOf: (path: Path) => string
  /** ` Did you mean 'build'?`, or nothing: where no known word is near, and after the first 50 questions. */
  readonly didYouMean: (word: string, known: Iterable<string>) => string
}

const mostGuesses = 50

export function reporterOf(text: ReadText, file: string, problems: PlanProblem[]): ProblemReporter {
  const guess = firstGuesses(mostGuesses)
  const reportSentence: ProblemReporter['reportSentence'] = (
    path,
    sentence,
    { part = 'value', hint } = {},
  ) => {
    const at = text.lineAndColumn(text.places.offsetOf(path, part))
    problems.push({
      file,
      ...at,
      message: spelledOut(sentence),
      ...(hint === undefined ? {} : { hint: spelledOut(hint) }),
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
    didYouMean(word, known) {
      const meant = guess(word, known)
      return meant === undefined ? '' : ` Did you mean '${meant}'?`
    },
  }
}
