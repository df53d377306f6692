import type { Failure } from '../../../machines/outcome.ts'
import type { Run } from '../run/run.ts'

const named = 10

/**
 * The failure of a run in which nothing can happen any more. It names the tasks that are left, and what each waits for.
 */
export function deadlockOf(run: Run): Pick<Failure, 'code' | 'message'> {
  const { plan, books } = run
  const stuck = plan.tasks.filter(({ index }) => books.outcomes[index] === undefined)
  const lines = stuck.slice(0, named).map(({ id, needs, rule }) => {
    const open = needs
      .filter((need) => books.outcomes[need] === undefined)
      .map((need) => plan.tasks[need]!.id)
    const what = open.length === 0 ? 'nothing that is left' : open.join(', ')
    return `${id} waits for ${what} (rule ${typeof rule === 'function' ? 'of its own' : rule})`
  })
  const more = stuck.length > named ? `; and ${stuck.length - named} more` : ''
  return {
    code: 'RUN_DEADLOCKED',
    message: `Nothing runs, nothing is ready and nothing is awaited, yet ${stuck.length} tasks are unsettled: ${lines.join('; ')}${more}.`,
  }
}
