import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan } from '../../graph/plan.ts'
import { listed } from '../../text/listed.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { type Variant, variantPhrase } from '../variants/variant.ts'
import { type FindingDraft, noTroubles, type Watcher } from './watcher.ts'

interface Changed {
  readonly variant: Variant
  readonly is: string | undefined
}

/** What does the death of a coordinator change, and which tasks start again because of it? */
export function crashesWatcher(plan: Plan): Watcher {
  const again = new Set<TaskId>()
  const changed = new Map<TaskId, Changed>()
  return {
    troublesIn: () => noTroubles,
    see: (run) => {
      if (run.uncut?.result === undefined || run.result === undefined) return
      for (const taskId of startedAgain(run)) again.add(taskId)
      for (const { id } of plan.tasks) {
        const [was, is] = [run.uncut.result, run.result].map(({ outcomes }) => outcomes[id]?.status)
        // What goes better is no trouble: a fault that has befallen an interrupted attempt is over with it.
        if (was === 'completed' && is !== was && !changed.has(id))
          changed.set(id, { variant: run.variant, is })
      }
    },
    drafts: () => [...outcomes(changed), ...(again.size === 0 ? [] : [twice(plan, again)])],
  }
}

function outcomes(changed: ReadonlyMap<TaskId, Changed>): readonly FindingDraft[] {
  return [...changed].map(([taskId, { variant, is = 'open' }]) => ({
    code: 'CRASH_CHANGES_OUTCOME',
    severity: 'warning',
    sentence: `${taskId} is ${is} in place of completed when ${variantPhrase(variant)}.`,
    hint: 'Where it may start again after a crash, raise maxInterruptions; where it must not, let its dependents be ready for that.',
    taskIds: [taskId],
    variant,
  }))
}

function twice(plan: Plan, again: ReadonlySet<TaskId>): FindingDraft {
  const taskIds = plan.tasks.flatMap(({ id }) => (again.has(id) ? [id] : []))
  return {
    code: 'CRASH_REPEATS_ATTEMPT',
    severity: 'note',
    sentence: `A crash of the coordinator starts ${listed(taskIds)} again, whose effect may have been had by then.`,
    hint: 'Hand the attempt id on as an idempotency key, let the effect be the same twice, or set maxInterruptions: 0.',
    taskIds,
  }
}

/** The tasks of which an attempt was interrupted, and another one started. */
function startedAgain({ facts }: ExploredRun): readonly TaskId[] {
  const interrupted = new Set<TaskId>()
  return facts.flatMap((fact) => {
    if (fact.type === 'task.interrupted') interrupted.add(fact.taskId)
    return fact.type === 'task.started' && interrupted.has(fact.taskId) ? [fact.taskId] : []
  })
}
