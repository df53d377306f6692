import type { FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { didYouMean } from '../../graph/read-values.ts'
import type { Plan } from '../../graph/plan.ts'

/** Takes the answer to the next question of a task, if one was given ahead that fits what asks. */
export type AnswersAhead = (taskId: TaskId, of: 'handler' | 'failure') => string | undefined

/** What `--answer deploy=yes` says. Each answers one question of its task, in their order. Throws `CONFIG_INVALID`. */
export function answersAhead(given: readonly string[], plan: Pick<Plan, 'tasks'>): AnswersAhead {
  const left = answersByTask(given, plan)
  return (taskId, of) => {
    const answers = left.get(taskId)
    const [first] = answers ?? []
    return first === undefined || (of === 'failure' && !isDecision(first)) ? undefined : answers!.shift()
  }
}

/** The answers of each task, in their order. Throws `CONFIG_INVALID`. */
export function answersByTask(
  given: readonly string[],
  { tasks }: Pick<Plan, 'tasks'>,
): ReadonlyMap<TaskId, string[]> {
  const ids = new Set(tasks.map(({ id }) => id))
  const byTask = new Map<TaskId, string[]>()
  for (const text of given) {
    const equals = endOfId(text, ids)
    const taskId = text.slice(0, equals)
    byTask.set(taskId, [...(byTask.get(taskId) ?? []), text.slice(equals + 1)])
  }
  return byTask
}

/** An id may have an equals sign of its own. */
function endOfId(text: string, ids: ReadonlySet<TaskId>): number {
  let at = text.indexOf('=')
  while (at !== -1 && !ids.has(text.slice(0, at))) at = text.indexOf('=', at + 1)
  if (at !== -1) return at
  const first = text.indexOf('=')
  throw new DagmarError('CONFIG_INVALID', {
    message:
      first === -1
        ? `--answer is '${text}', but it must be a task and an answer, as in deploy=yes.`
        : `--answer ${text} is for no task of the plan.${didYouMean(text.slice(0, first), [...ids])}`,
  })
}

const decisions: readonly string[] = ['retry', 'skip', 'ignore', 'abort'] satisfies readonly FailureAnswer[]

function isDecision(answer: string): boolean {
  return decisions.includes(answer)
}
