import type { TaskId } from '../../machines/outcome.ts'
import { staticRank } from './critical-path.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Plan, PlannedTask, TaskStructure } from './plan.ts'
import { structureOf } from './structure.ts'

/** A plan without its tasks and without everything that follows from them. */
export type PlanFrame<Outputs, Input> = Omit<
  Plan<Outputs, Input>,
  'tasks' | 'rank' | 'structure' | 'fingerprint' | 'indexOf'
>

/** The plan of these tasks. Structure and fingerprint are made on first use, which is at the start of the first run. */
export function planOver<Outputs, Input>(
  tasks: readonly PlannedTask[],
  indexById: ReadonlyMap<TaskId, number>,
  frame: PlanFrame<Outputs, Input>,
): Plan<Outputs, Input> {
  let structure: readonly TaskStructure[] | undefined
  let fingerprint: string | undefined
  return Object.freeze({
    ...frame,
    tasks,
    rank: staticRank(tasks, frame.order),
    get structure() {
      structure ??= structureOf(tasks)
      return structure
    },
    get fingerprint() {
      fingerprint ??= fingerprintOf({ ...frame, tasks })
      return fingerprint
    },
    indexOf: (id: TaskId) => indexById.get(id),
  })
}
