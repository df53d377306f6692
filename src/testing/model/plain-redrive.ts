import { isToBeSkipped, type PlainDependency } from './plain-rules.ts'
import type { PlainTask } from './plain-task.ts'

/** The tasks that a redrive of one, or of the whole run, opens again. */
export function tasksToRedrive(
  tasks: readonly PlainTask[],
  one: PlainTask | undefined,
): ReadonlySet<PlainTask> {
  const targets = tasks.filter((task) => (one === undefined ? task.isRedrivable : task === one))
  const ids = new Set(targets.map(({ id }) => id))
  const again = new Set(targets)
  for (const task of tasks) {
    if (task.outcome?.status !== 'skipped') continue
    const { because, causedBy } = task.outcome
    const byRunsEnd = one === undefined && because.startsWith('run-')
    if (byRunsEnd || (causedBy !== undefined && ids.has(causedBy))) again.add(task)
  }
  for (const task of again) {
    for (const dependent of tasks) {
      if (dependent.needs.includes(task.index) && dependent.outcome?.status === 'skipped')
        again.add(dependent)
    }
  }
  return again
}

/** Those of the tasks that what stays settled skips at once; they stay as they are, too. */
export function barredOf(tasks: readonly PlainTask[], again: ReadonlySet<PlainTask>): ReadonlySet<PlainTask> {
  const barred = new Set<PlainTask>()
  for (let grown = -1; grown !== barred.size; ) {
    grown = barred.size
    for (const task of again) {
      const dependencies = task.needs.map((need): PlainDependency => {
        const dependency = tasks[need]!
        const isOpen = again.has(dependency) && !barred.has(dependency)
        return [dependency.id, isOpen ? undefined : dependency.outcome]
      })
      if (isToBeSkipped(task.rule, dependencies)) barred.add(task)
    }
  }
  return barred
}
