import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'

/** Of a task that writes more than this, a part is shown before its attempt has ended. */
const mostCharacters = 1024 * 1024

interface Held {
  readonly lines: string[]
  characters: number
}

/** Lines of output that wait for the end of their attempt, so that each task's stand together. */
export class GroupedOutput {
  readonly #held = new Map<TaskId, Held>()

  /** Holds the lines. True where there are so many that they are to be taken now. */
  hold(taskId: TaskId, lines: readonly string[]): boolean {
    const held = this.#held.get(taskId) ?? { lines: [], characters: 0 }
    this.#held.set(taskId, held)
    for (const line of lines) {
      held.lines.push(line)
      held.characters += line.length
    }
    return held.characters > mostCharacters
  }

  /** The lines of the task, which are not held any more. */
  take(taskId: TaskId): readonly string[] {
    const lines = this.#held.get(taskId)?.lines ?? []
    this.#held.delete(taskId)
    return lines
  }

  /** The tasks with lines. */
  get tasks(): readonly TaskId[] {
    return [...this.#held.keys()]
  }
}

/** True where nothing more comes of an attempt. */
export function endsOutput(fact: Fact): boolean {
  return ends.has(fact.type) || (fact.type === 'task.asked' && fact.of === 'failure')
}

const ends: ReadonlySet<Fact['type']> = new Set([
  'task.retrying',
  'task.interrupted',
  'task.deferred',
  'task.completed',
  'task.failed',
  'task.killed',
])
