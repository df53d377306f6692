import type { Outcome, TaskId } from '../../../machines/outcome.ts'
import { tookMs } from '../../events/critical-path-of.ts'
import type { RunResult } from '../../events/run-result.ts'
import { stripEscapes } from '../../text/strip-escapes.ts'
import type { RunProgress } from '../view/run-progress.ts'

/** What a report says of a task. */
export interface TaskReport {
  readonly id: TaskId
  readonly outcome: Outcome
  readonly attempts: number
  /** From its first start to its end, in milliseconds; 0 for one that never started. */
  readonly durationMs: number
  /** How much of that it waited for its next attempt, for room or for an answer. */
  readonly waitedMs: number
  /** The end of what it wrote. */
  readonly output: readonly string[]
}

/** So many lines at the end of its output are kept for a report. */
const mostLines = 100

export function taskReports({ outcomes }: RunResult, progress: RunProgress): readonly TaskReport[] {
  return Object.entries(outcomes).map(([id, outcome]) => ({
    id,
    outcome,
    attempts: progress.tasks.get(id)?.attempt ?? 0,
    durationMs: tookMs(progress.tasks.get(id)),
    waitedMs: progress.waitedMs(id),
    output: progress.outputOf(id).lines.slice(-mostLines).map(stripEscapes),
  }))
}
