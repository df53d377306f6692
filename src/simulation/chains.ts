import { type CriticalPath, criticalPath } from '../graph/critical-path.ts'
import { type Links, topologicalOrder } from '../graph/cycle.ts'
import type { Plan } from '../graph/plan.ts'
import type { Recorder } from './recorder.ts'

/** The chains of dependencies in a run, measured by how long its tasks took. Lengths are in milliseconds. */
export interface Chains {
  readonly longest: CriticalPath
  /** The longest chain before each task, by index. */
  readonly before: Float64Array
  /** The longest chain after each task, by index. */
  readonly behind: Float64Array
}

/**
 * Each task counts with its attempts and the waits between them, but without its time in the queue. Only dependencies
 * that a task has really waited for are links: where a rule was met early, or could no longer be met, the other
 * dependencies are not. So no chain is longer than the run.
 */
export function chainsOf(plan: Pick<Plan, 'tasks'>, recorder: Recorder): Chains {
  const { readyAt, settledAt } = recorder
  const isWaitedFor = (need: number, index: number): boolean =>
    settledAt[need]! <= (Number.isNaN(readyAt[index]) ? settledAt[index]! : readyAt[index]!)
  const isPlain = plan.tasks.every(({ index, needs }) => needs.every((need) => isWaitedFor(need, index)))
  const tasks = isPlain
    ? plan.tasks
    : plan.tasks.map((task) => ({
        ...task,
        needs: task.needs.filter((need) => isWaitedFor(need, task.index)),
        dependents: task.dependents.filter((dependent) => isWaitedFor(task.index, dependent)),
      }))
  const took = Float64Array.from(tasks, (_, index) => tookMs(recorder, index))
  const order = topologicalOrder(tasks)
  return {
    longest: criticalPath({ tasks }, (_, index) => took[index]!),
    before: longestTo(tasks, order, 'needs', took),
    behind: longestTo(tasks, order.toReversed(), 'dependents', took),
  }
}

function longestTo(
  tasks: readonly Links[],
  order: Int32Array,
  side: 'needs' | 'dependents',
  took: Float64Array,
): Float64Array {
  const lengths = new Float64Array(tasks.length)
  for (const index of order) {
    let longest = 0
    for (const other of tasks[index]![side]) longest = Math.max(longest, lengths[other]! + took[other]!)
    lengths[index] = longest
  }
  return lengths
}

function tookMs({ readyAt, settledAt, queuedMs }: Recorder, index: number): number {
  return Number.isNaN(readyAt[index]) ? 0 : settledAt[index]! - readyAt[index]! - queuedMs[index]!
}
