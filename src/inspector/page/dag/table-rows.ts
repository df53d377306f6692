import type { WaitsFor } from '../../../events/explanation.ts'
import type { RunView } from '../../../events/fold.ts'
import { noTasks, type TaskView } from '../../../events/task-view.ts'
import { whyOf } from '../../../events/why-of.ts'
import { lastedMs } from './box-words.ts'

/** In the order in which a task goes through them. */
const statuses = Object.keys(noTasks())

export const sorts = ['task', 'status', 'attempt', 'duration'] as const
/** What the table is sorted by; undefined: as the dag has its tasks. */
export interface Sort {
  readonly by: (typeof sorts)[number]
  readonly isDown: boolean
}

/** The tasks in the order that the table shows them in. */
export function sorted(tasks: readonly TaskView[], sort: Sort | undefined, now: number): readonly TaskView[] {
  if (sort === undefined) return tasks
  const turn = sort.isDown ? -1 : 1
  return [...tasks].sort((a, b) => turn * compare(a, b, sort.by, now))
}

function compare(a: TaskView, b: TaskView, by: Sort['by'], now: number): number {
  switch (by) {
    case 'task':
      return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
    case 'status':
      return statuses.indexOf(a.status) - statuses.indexOf(b.status)
    case 'attempt':
      return a.attempt - b.attempt
    case 'duration':
      return (lastedMs(a, now) ?? -1) - (lastedMs(b, now) ?? -1)
  }
}

/** In a few words: what a task waits for, how far it is, or why it did not complete. */
export function noteOf(run: RunView, task: TaskView): string {
  const { outcome, progress } = task
  if (outcome === undefined) {
    const [wait] = whyOf(run, task.id).waitsFor
    if (task.status === 'running' && progress !== undefined) {
      return `${Math.round(progress.percent)} %${progress.message === undefined ? '' : ` ${progress.message}`}`
    }
    return wait === undefined ? '' : waitOf(wait)
  }
  switch (outcome.status) {
    case 'completed':
      return ''
    case 'failed':
      return `${outcome.ignored ? 'ignored: ' : ''}${outcome.failure.message}`
    case 'killed':
      return outcome.reason
    case 'skipped':
      return outcome.causedBy === undefined
        ? outcome.because.replace('-', ' ')
        : `because of ${outcome.causedBy}`
  }
}

function waitOf(wait: WaitsFor): string {
  switch (wait.kind) {
    case 'dependencies': {
      const [first, second] = wait.taskIds
      if (wait.taskIds.length > 2) return `waits for ${first} and ${wait.taskIds.length - 1} more`
      return `waits for ${second === undefined ? first : `${first}, ${second}`}`
    }
    case 'room':
      return 'waits for room'
    case 'run':
      return `the run is ${wait.state}`
    case 'slot':
      return 'waits for a slot'
    case 'pool':
      return `waits for pool ${wait.pool}`
    case 'executor':
      return `waits for executor ${wait.executor}`
    case 'instant':
      return wait.what === 'retry' ? 'waits for its retry' : ''
    case 'answer':
      return 'waits for an answer'
    case 'store':
      return 'waits for the store'
  }
}
