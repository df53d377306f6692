import type { TaskId } from '../../machines/outcome.ts'
import type { TaskView } from './task-view.ts'

/**
 * Tasks by id, as a map that `JSON.stringify` writes as an object; other maps it writes as `{}`. It is a plain `Map`
 * with one more method, because an instance of a subclass would not equal a `Map`.
 */
export function taskMap(tasks: Iterable<readonly [TaskId, TaskView]>): Map<TaskId, TaskView> {
  return Object.defineProperty(new Map(tasks), 'toJSON', { value: toRecord })
}

function toRecord(this: ReadonlyMap<TaskId, TaskView>): Readonly<Record<TaskId, TaskView>> {
  return Object.fromEntries(this)
}
