import type { TaskId } from '../../../machines/outcome.ts'
import type { TaskView } from '../../events/task-view.ts'
import type { RunProgress } from './run-progress.ts'

/** The part of the tasks that is on the screen, and how many there are besides. */
export interface TaskList {
  readonly shown: readonly TaskView[]
  /** How many there are above the first that is shown. */
  readonly above: number
  /** Of those that are not shown. */
  readonly more: { readonly running: number; readonly held: number; readonly waiting: number }
}

/** So many of the tasks can be reached by moving from row to row. */
const mostReached = 1_000
/** So many of those that wait are shown where nobody has asked for more. */
const mostWaiting = 6

/**
 * The tasks for `room` rows: those in trouble first, then those that run, those that are held between two attempts, and
 * those that wait. While one is selected, the settled ones follow, and the part with the selected one is shown. Looks at
 * no more tasks than it must, because frames are made often.
 */
export function taskList(progress: RunProgress, room: number, selected: TaskId | undefined): TaskList {
  const { live, held, ready, pending } = progress
  const waiting = ready.size + pending.size
  if (selected !== undefined) {
    const all = reachable(progress)
    const place = all.findIndex(({ id }) => id === selected)
    const above = Math.max(0, Math.min(place - Math.floor(room / 2), all.length - room))
    const shown = all.slice(above, above + room)
    return { shown, above, more: { running: 0, held: 0, waiting: 0 } }
  }
  const active = live.size + held.size
  // One row is kept for saying how many are not shown.
  const most = active + waiting > room || waiting > mostWaiting ? Math.max(0, room - 1) : room
  const shown = [...first(ordered(progress), Math.min(most, active + mostWaiting))]
  const count = (tasks: ReadonlyMap<TaskId, TaskView>): number =>
    shown.filter(({ id }) => tasks.has(id)).length
  return {
    shown,
    above: 0,
    more: {
      running: live.size - count(live),
      held: held.size - count(held),
      waiting: waiting - count(ready) - count(pending),
    },
  }
}

/** The tasks that can be selected, in the order of their rows. */
export function reachable(progress: RunProgress): readonly TaskView[] {
  const settled = [...progress.settledTasks.values()].slice(-mostReached).toReversed()
  return [...first(ordered(progress), mostReached), ...settled]
}

function* ordered({ live, held, ready, pending, counts }: RunProgress): IterableIterator<TaskView> {
  const inTrouble = counts.stalled + counts.stopping > 0
  if (inTrouble) for (const task of live.values()) if (isInTrouble(task)) yield task
  for (const task of live.values()) if (!isInTrouble(task)) yield task
  yield* held.values()
  yield* ready.values()
  yield* pending.values()
}

function isInTrouble({ status }: TaskView): boolean {
  return status === 'stalled' || status === 'stopping'
}

function* first(tasks: Iterable<TaskView>, most: number): IterableIterator<TaskView> {
  let left = most
  if (left <= 0) return
  for (const task of tasks) {
    yield task
    if (--left <= 0) return
  }
}
