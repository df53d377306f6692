import type { ToldByFacts } from '../../../events/explanation.ts'
import type { RunView } from '../../../events/fold.ts'
import type { TaskView } from '../../../events/task-view.ts'
import { waitsIn } from '../../../events/why-of.ts'

/** In a few words: what a task waits for, how far it is, or why it did not complete. */
export function noteOf(run: RunView, task: TaskView): string {
  const { outcome, progress } = task
  if (outcome === undefined) {
    const [wait] = waitsIn(run, run.structure.find(({ id }) => id === task.id)!, task)
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

function waitOf(wait: ToldByFacts): string {
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
    case 'executor':
      return `waits for executor ${wait.executor}`
    case 'agent':
      return 'waits for an agent'
    case 'instant':
      return wait.what === 'retry' ? 'waits for its retry' : ''
    case 'answer':
      return 'waits for an answer'
  }
}
