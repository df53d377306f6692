import type { TaskId } from '../../../machines/outcome.ts'
import { dayOf } from '../../agents/account.ts'
import { listed } from '../../text/listed.ts'
import { showMs } from '../../time/show-ms.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { nothingHappens, type Variant } from '../variants/variant.ts'
import type { FindingDraft } from './watcher.ts'

/** A task that was granted only when the next day began. */
export interface DayWait {
  readonly taskId: TaskId
  readonly waitedMs: number
  readonly variant: Variant
  /** Who had spent its allowance. Undefined where nothing went wrong. */
  readonly agentId: string | undefined
}

/** The tasks that waited for the next day, since agents could spend nothing more. */
export function dayWaitsIn({ facts }: ExploredRun): readonly Pick<DayWait, 'taskId' | 'waitedMs'>[] {
  const since = new Map<TaskId, number>()
  return facts.flatMap((fact) => {
    if (fact.type === 'dispatch.quota-exceeded' && fact.until === undefined) {
      if (!since.has(fact.taskId)) since.set(fact.taskId, fact.at)
    } else if (fact.type === 'task.dispatched') {
      const at = since.get(fact.taskId)
      since.delete(fact.taskId)
      if (at !== undefined && dayOf(at) < dayOf(fact.at))
        return [{ taskId: fact.taskId, waitedMs: fact.at - at }]
    }
    return []
  })
}

/** One finding for each agent, and one for what happens anyway. */
export function dayWaitDrafts(waits: readonly DayWait[]): readonly FindingDraft[] {
  const anyway = new Set(waits.filter(({ agentId }) => agentId === undefined).map(({ taskId }) => taskId))
  const told = waits.filter(({ agentId, taskId }) => agentId === undefined || !anyway.has(taskId))
  return [...new Set(told.map(({ agentId }) => agentId))].map((agentId): FindingDraft => {
    const group = told.filter((one) => one.agentId === agentId)
    const taskIds = group.map(({ taskId }) => taskId)
    const longest = showMs(Math.max(...group.map(({ waitedMs }) => waitedMs)))
    const wait = taskIds.length === 1 ? 'waits' : 'wait'
    const when =
      agentId === undefined ? 'Even when nothing goes wrong' : `When ${agentId} has spent its allowance`
    return {
      code: 'AGENT_WAITS_FOR_DAY',
      severity: 'warning',
      sentence: `${when}, ${listed(taskIds)} ${wait} until 00:00 UTC: in this run for ${longest}, at other hours for up to 24 h.`,
      hint: "Allow more a day; let another agent do it as well; or set onQuotaExceeded: 'retry', with which it fails soon.",
      taskIds,
      variant: group[0]?.variant ?? nothingHappens,
    }
  })
}
