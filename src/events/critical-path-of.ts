import { type CriticalPath, criticalPath } from '../graph/critical-path.ts'
import { linksOf } from '../graph/structure.ts'
import type { RunView } from './fold.ts'
import type { TaskView } from './task-view.ts'

/**
 * The chain of dependencies that the run took longest for, from the fold of its facts. A task takes from its first start
 * until it is settled, waits between attempts included; one that never started takes no time, as does one that is not
 * settled yet. Lengths are in milliseconds.
 */
export function criticalPathOf({ structure, tasks }: Pick<RunView, 'structure' | 'tasks'>): CriticalPath {
  return criticalPath({ tasks: linksOf(structure) }, (id) => tookMs(tasks.get(id)))
}

/** How long the task took, from its first start until it was settled; 0 for one that did not start, or goes on. */
export function tookMs(task: TaskView | undefined): number {
  if (task?.outcome === undefined || task.firstStartedAt === undefined) return 0
  return task.since - task.firstStartedAt
}
