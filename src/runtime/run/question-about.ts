import type { Failure, TaskId } from '../../../machines/outcome.ts'
import { never, type PendingQuestion } from '../../../machines/task-context.ts'
import type { QuestionLimit } from '../../events/task-view.ts'
import { untilIn } from '../../events/facts.ts'

/** What a person is asked about a task that failed. */
export function questionAbout(taskId: TaskId, { message }: Failure): string {
  return `${taskId} failed: ${message} What now: retry, skip, ignore or abort?`
}

/** The limit of a question as a part of its fact. What holds of every failure is not told. */
export function limitOf({ answerBy, defaultAnswer }: PendingQuestion): QuestionLimit {
  const isPlain = defaultAnswer === undefined || (answerBy === never && defaultAnswer === 'skip')
  return { ...untilIn(answerBy), ...(isPlain ? {} : { defaultAnswer }) }
}
