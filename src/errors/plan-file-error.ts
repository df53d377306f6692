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

/** A problem as one line, which terminals and editors turn into a link: `plan.yaml:3:5: …`. */
export function problemLine({ file, line, column, message, hint }: PlanProblem): string {
  return `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`
}

const mostShown = 20

/**
 * Thrown for a plan file that cannot be used. `PLAN_INVALID` comes with every problem, of which the message shows the
 * first 20; `PLAN_UNREADABLE`, where there is no text to read, comes without any.
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

/** The error that lists what is wrong with a text. Problems that say the same about the same place are listed once. */
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
