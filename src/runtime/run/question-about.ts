import type { Failure, TaskId } from '../../../machines/outcome.ts'

/** What a person is asked about a task that failed. */
export function questionAbout(taskId: TaskId, { message }: Failure): string {
  return `${taskId} failed: ${message} What now: retry, skip, ignore or abort?`
}
