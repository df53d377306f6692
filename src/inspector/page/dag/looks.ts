import type { RunView } from '../../../events/fold.ts'
import type { TaskStatus } from '../../../events/task-view.ts'
import type { Scene } from './scene.ts'

/** What a run makes of the boxes of a scene, by the index of a box. */
export interface Looks {
  /** The status of a task's box; of a folded group undefined. */
  readonly status: readonly (TaskStatus | undefined)[]
  /** How many tasks of a folded group are in each status, those first that need somebody. */
  readonly counts: ReadonlyMap<number, readonly (readonly [TaskStatus, number])[]>
  /** Whether one of its tasks is a root cause or a consequence; 0 for neither. */
  readonly fault: Uint8Array
  /** The same of each task, by its place in the dag. */
  readonly taskFault: Uint8Array
}

/** The order in which the tasks of a folded group are counted. */
const urgency: readonly TaskStatus[] = [
  'failed',
  'killed',
  'stalled',
  'stopping',
  'running',
  'starting',
  'dispatched',
  'completed',
  'ready',
  'pending',
  'skipped',
]

/** A task that failed, or was killed by itself. */
export const isRootCause = 1
/** A task that was skipped because of another one. */
export const isConsequence = 2

const mayBeAtFault: ReadonlySet<TaskStatus> = new Set(['failed', 'killed', 'skipped'])

/** What a fault is told from. */
export type Judged = Pick<RunView, 'structure' | 'tasks' | 'ending' | 'failure'>

/** `statuses` are those of the tasks, in the order of the dag. */
export function looksOf(scene: Scene, run: Judged, statuses: readonly TaskStatus[]): Looks {
  const status: (TaskStatus | undefined)[] = []
  const counts = new Map<number, readonly (readonly [TaskStatus, number])[]>()
  const fault = new Uint8Array(scene.boxes.length)
  const taskFault = new Uint8Array(statuses.length)
  for (let box = 0; box < scene.boxes.length; box++) {
    const { group, tasks } = scene.boxes[box]!
    status.push(group === undefined ? statuses[tasks[0]!] : undefined)
    if (group !== undefined) counts.set(box, counted(tasks, statuses))
    for (const task of tasks) {
      const own = mayBeAtFault.has(statuses[task]!) ? faultOf(run, task) : 0
      taskFault[task] = own
      if (own !== 0 && fault[box] !== isRootCause) fault[box] = own
    }
  }
  return { status, counts, fault, taskFault }
}

/** Whether a task, by its place in the dag, is a root cause, a consequence, or neither: 0. */
export function faultOf({ structure, tasks, ending, failure }: Judged, task: number): number {
  const { id, onFailure } = structure[task]!
  const outcome = tasks.get(id)?.outcome
  switch (outcome?.status) {
    case 'failed':
      return outcome.ignored ? 0 : isRootCause
    case 'killed':
      // What was killed together with its run is no cause of anything.
      return onFailure === 'ignore' || ending !== undefined || failure !== undefined ? 0 : isRootCause
    case 'skipped':
      return outcome.because !== 'rule-unmet' && outcome.causedBy !== undefined ? isConsequence : 0
    case 'completed':
    case undefined:
      return 0
  }
}

function counted(
  tasks: readonly number[],
  statuses: readonly TaskStatus[],
): (readonly [TaskStatus, number])[] {
  const count = new Map<TaskStatus, number>()
  for (const task of tasks) count.set(statuses[task]!, (count.get(statuses[task]!) ?? 0) + 1)
  return urgency.flatMap((status) => {
    const number = count.get(status)
    return number === undefined ? [] : [[status, number] as const]
  })
}
