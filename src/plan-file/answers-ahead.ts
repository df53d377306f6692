import type { FailureAnswer, TaskId } from '../../machines/outcome.ts'
import type { AskedBy } from '../events/facts.ts'

/** Takes the answer to the next question of a task, if one was given ahead that fits what asks. */
export type AnswersAhead = (taskId: TaskId, of: AskedBy) => string | undefined

/**
 * Each answer answers one question of its task, in their order, and is then taken out of its list. `yes` answers what asks
 * whether a task may start, where nothing else does.
 */
export function answersFrom(left: ReadonlyMap<TaskId, string[]>, yes: boolean): AnswersAhead {
  return (taskId, of) => {
    const answers = left.get(taskId)
    const [first] = answers ?? []
    if (first !== undefined && fits[of](first)) return answers!.shift()
    // A misspelled no must not become a yes. What is for a failure says nothing of the start.
    const isOpen = first === undefined || fits.failure(first)
    return of === 'confirm' && yes && isOpen ? 'yes' : undefined
  }
}

const decisions: readonly string[] = ['retry', 'skip', 'ignore', 'abort'] satisfies readonly FailureAnswer[]

/** Which answers fit what asks. */
const fits: Readonly<Record<AskedBy, (answer: string) => boolean>> = {
  handler: () => true,
  failure: (answer) => decisions.includes(answer),
  confirm: (answer) => answer === 'yes' || answer === 'no',
}
