import type { TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { listed } from '../../text/listed.ts'
import { didYouMean } from '../../graph/read-values.ts'
import type { Plan } from '../../graph/plan.ts'
import { type AnswersAhead, answersFrom } from '../../plan-file/answers-ahead.ts'

/**
 * What `--answer deploy=yes` says. Each answers one question of its task, in their order. `--yes` answers what asks whether a
 * task may start, where nothing else does. Throws `CONFIG_INVALID`.
 */
export function answersAhead(
  { answer = [], yes = false }: { readonly answer?: readonly string[]; readonly yes?: boolean },
  plan: Pick<Plan, 'tasks'>,
): AnswersAhead {
  return answersFrom(answersByTask(answer, plan), yes)
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

/**
 * Refuses a plan with tasks that ask whether they may start, where nobody is there to answer, and nothing answers ahead.
 * Throws `CONFIG_INVALID` with their names.
 */
export function refuseUnanswered(plan: Pick<Plan, 'tasks'>, given: Parameters<typeof answersAhead>[0]): void {
  const { tasks } = plan
  const ahead = answersAhead(given, plan)
  const open = tasks.filter(
    ({ id, confirm }) =>
      confirm !== undefined && confirm.defaultAnswer === undefined && ahead(id, 'confirm') === undefined,
  )
  if (open.length === 0) return
  const names = listed(open.map(({ id }) => id))
  const [unfit] = answersByTask(given.answer ?? [], plan).get(open[0]!.id) ?? []
  throw new DagmarError('CONFIG_INVALID', {
    message:
      unfit === undefined
        ? `Nobody is there to answer whether ${names} may start.`
        : `--answer ${open[0]!.id}=${unfit} is neither yes nor no, and nobody is there to answer whether ${names} may start.`,
    hint: `Answer ahead: --yes says yes to all that asks so, --answer ${open[0]!.id}=yes (or no) to one.`,
    facts: { tasks: open.map(({ id }) => id) },
  })
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
