import type { TaskId } from '../../machines/outcome.ts'
import { type CriticalPath, criticalPath } from '../graph/critical-path.ts'
import type { TaskStructure } from '../graph/plan.ts'
import { countsAs, ruleDemands } from '../graph/rules.ts'
import { linksOf } from '../graph/structure.ts'
import type { RunView } from './fold.ts'
import type { TaskView } from './task-view.ts'

/**
 * The chain of tasks that the run took longest for, from the fold of its facts: each waited for the one before it. A
 * dependency that a task did not wait for, because its rule was met or had become impossible before, is no part of a
 * chain, so that none is longer than the run. A task takes from its first start until it is settled, waits between
 * attempts included; one that never started takes no time, as does one that is not settled yet. Lengths are in
 * milliseconds.
 */
export function criticalPathOf({ structure, tasks }: Pick<RunView, 'structure' | 'tasks'>): CriticalPath {
  const waitedFor = structure.map((task) => ({ id: task.id, needs: releasesOf(task, tasks) }))
  return criticalPath({ tasks: linksOf(waitedFor) }, (id) => tookMs(tasks.get(id)))
}

/** How long the task took, from its first start until it was settled; 0 for one that did not start, or goes on. */
export function tookMs(task: TaskView | undefined): number {
  if (task?.outcome === undefined || task.firstStartedAt === undefined) return 0
  return Math.max(0, task.since - task.firstStartedAt)
}

/** The dependencies that the task waited for: those that had settled when it was released, by one of them or by all. */
function releasesOf({ id, rule, needs }: TaskStructure, tasks: RunView['tasks']): readonly TaskId[] {
  const task = tasks.get(id)
  const demand = typeof rule === 'string' ? ruleDemands[rule] : undefined
  if (task === undefined || demand?.isMet === 'at once') return []
  const settled = needs.flatMap((need) => {
    const { outcome, seq, since } = tasks.get(need) ?? {}
    return outcome === undefined ? [] : [{ need, as: countsAs(outcome), seq: seq!, since: since! }]
  })
  const meeting = demand?.isMet === 'by one' ? settled.filter(({ as }) => demand.wantsOne.includes(as)) : []
  const released =
    meeting.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...meeting.map(({ seq }) => seq))
  const begunAt = task.firstStartedAt ?? task.since
  return settled.filter(({ seq, since }) => seq <= released && since <= begunAt).map(({ need }) => need)
}
