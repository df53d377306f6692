import type { TaskId } from '../../machines/outcome.ts'
import type { TaskView } from './task-view.ts'

/**
 * Tasks by id, as a map that `JSON.stringify` writes as an object. Of any other map it writes nothing. A map all the same:
 * a class of its own would not equal one.
 */
export function taskMap(tasks: Iterable<readonly [TaskId, TaskView]>): Map<TaskId, TaskView> {
  return Object.defineProperty(new Map(tasks), 'toJSON', { value: toRecord })
}

function toRecord(this: ReadonlyMap<TaskId, TaskView>): Readonly<Record<TaskId, TaskView>> {
  return Object.fromEntries(this)
}
