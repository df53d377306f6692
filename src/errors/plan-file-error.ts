import { DagmarError } from './dagmar-error.ts'

/** Something wrong with a plan file, and where. Lines and columns count from 1. */
export interface PlanProblem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** What is wrong, as a sentence. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

/** A problem as a line that terminals and editors make a link of: `plan.yaml:3:5: …`. */
export function problemLine({ file, line, column, message, hint }: PlanProblem): string {
  return `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`
}

const mostShown = 20

/**
 * Thrown for a plan file that cannot be used: `PLAN_INVALID` with all that is wrong with it, of which the message
 * shows the first 20, or `PLAN_UNREADABLE`, without problems, when there is no text to read.
 */
export class PlanFileError extends DagmarError {
  override readonly name = 'PlanFileError'
  readonly file: string
  /** In the order of the text. */
  readonly problems: readonly PlanProblem[]

  constructor(
    code: 'PLAN_INVALID' | 'PLAN_UNREADABLE',
    details: {
      readonly file: string
      readonly message: string
      readonly hint?: string
      readonly problems?: readonly PlanProblem[]
      readonly cause?: unknown
    },
  ) {
    const { file, problems = [], ...rest } = details
    super(code, { ...rest, facts: { file, problems } })
    this.file = file
    this.problems = problems
  }
}

/** The error for what is wrong with a text. Problems at the same place that say the same are one. */
export function planInvalid(file: string, problems: readonly PlanProblem[]): PlanFileError {
  const sorted = [...new Map(problems.map((problem) => [problemLine(problem), problem])).values()].toSorted(
    (a, b) => a.line - b.line || a.column - b.column,
  )
  const lines = sorted.slice(0, mostShown).map((problem) => problemLine(problem))
  const more = sorted.length - lines.length
  return new PlanFileError('PLAN_INVALID', {
    file,
    message: [...lines, ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n'),
    problems: sorted,
  })
}
