import { tookMs } from '../../../events/critical-path-of.ts'
import type { TaskStatus, TaskView } from '../../../events/task-view.ts'
import { showMs } from '../../../time/show-ms.ts'

/** How long a task has been at it by that instant, waits between attempts included; undefined before it starts. */
export function lastedMs(task: TaskView, now: number): number | undefined {
  if (task.firstStartedAt === undefined) return undefined
  return task.outcome === undefined ? Math.max(0, now - task.firstStartedAt) : tookMs(task)
}

/** The few words beside the id in a box: the attempt, from the second on, and how long it took. */
export function wordsOf(task: TaskView | undefined, now: number): string {
  if (task === undefined) return ''
  const lasted = lastedMs(task, now)
  const words = [
    ...(task.attempt > 1 ? [`#${task.attempt}`] : []),
    ...(task.status === 'running' && task.progress !== undefined
      ? [`${Math.round(task.progress.percent)} %`]
      : []),
    ...(lasted === undefined ? [] : [showMs(lasted)]),
  ]
  return words.join(' · ')
}

/** How a folded group stands: `3 of 20 failed`, or how many there are. */
export function wordsOfGroup(counts: readonly (readonly [TaskStatus, number])[]): string {
  let all = 0
  for (const [, count] of counts) all += count
  const told = counts.find(([status]) => status === 'failed' || status === 'killed' || status === 'stalled')
  return told === undefined ? `${all} tasks` : `${told[1]} of ${all} ${told[0]}`
}
