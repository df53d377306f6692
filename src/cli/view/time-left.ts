import type { TaskId } from '../../../machines/outcome.ts'
import type { TaskStructure } from '../../graph/plan.ts'
import type { TaskView } from '../../events/task-view.ts'
import type { RunProgress } from './run-progress.ts'

export interface TimeLeftOptions {
  readonly structure: readonly TaskStructure[]
  readonly progress: Pick<RunProgress, 'tasks' | 'state'>
  /** How many tasks may run at once. */
  readonly concurrency: number
  /** How long tasks took before, in milliseconds. @default of none it is known */
  readonly took?: ReadonlyMap<TaskId, number>
}

/** In a larger dag to look at every task would cost too much, however seldom. */
const mostTasks = 20_000
const everyMs = 1_000

/**
 * How long a run probably goes on: as long as the longest chain of what is left, and as the work that is left takes on
 * all slots. A task takes what it took before, else its estimate, else as long as the others do in the mean.
 */
export class TimeLeft {
  readonly #options: TimeLeftOptions
  readonly #ordered: readonly TaskStructure[]
  readonly #known: ReadonlyMap<TaskId, number>
  readonly #meanMs: number
  #at = Number.NEGATIVE_INFINITY
  #endsAt: number | undefined

  constructor(options: TimeLeftOptions) {
    const { structure, took } = options
    this.#options = options
    this.#ordered = structure.length > mostTasks ? [] : dependentsFirst(structure)
    this.#known = new Map(
      this.#ordered.flatMap(({ id, estimateMs }) => {
        const known = took?.get(id) ?? estimateMs
        return known === undefined ? [] : [[id, known] as const]
      }),
    )
    const sum = [...this.#known.values()].reduce((all, ms) => all + ms, 0)
    this.#meanMs = this.#known.size === 0 ? 0 : sum / this.#known.size
  }

  /** Milliseconds from `now` on. Undefined where too little is known, where the run is being ended, and at the end. */
  at(now: number): number | undefined {
    if (now - this.#at >= everyMs) {
      this.#at = now
      const left = this.#leftAt(now)
      this.#endsAt = left === undefined ? undefined : now + left
    }
    const left = this.#endsAt === undefined ? 0 : this.#endsAt - now
    return left > 0 ? left : undefined
  }

  #leftAt(now: number): number | undefined {
    const { progress, concurrency } = this.#options
    if (this.#known.size === 0 || progress.state !== 'running') return undefined
    const chains = new Map<TaskId, number>()
    let work = 0
    let longest = 0
    let open = 0
    let guessed = 0
    for (const { id, needs } of this.#ordered) {
      const task = progress.tasks.get(id)
      const ms = task === undefined || task.outcome !== undefined ? 0 : this.#remaining(task, now)
      if (task?.outcome === undefined) {
        open++
        if (!this.#known.has(id)) guessed++
      }
      work += ms
      const chain = ms + (chains.get(id) ?? 0)
      longest = Math.max(longest, chain)
      for (const need of needs) chains.set(need, Math.max(chains.get(need) ?? 0, chain))
    }
    // A mean of a few says little about many.
    if (guessed * 2 > open) return undefined
    return Math.max(longest, work / Math.max(1, concurrency))
  }

  #remaining({ id, status, startedAt }: TaskView, now: number): number {
    const whole = this.#known.get(id) ?? this.#meanMs
    const isAtWork = status === 'running' || status === 'stalled'
    return isAtWork && startedAt !== undefined ? Math.max(0, whole - (now - startedAt)) : whole
  }
}

/** Each task after all that depend on it. */
function dependentsFirst(structure: readonly TaskStructure[]): readonly TaskStructure[] {
  const byId = new Map(structure.map((task) => [task.id, task]))
  const dependents = new Map<TaskId, number>()
  for (const { needs } of structure) {
    for (const need of needs) dependents.set(need, (dependents.get(need) ?? 0) + 1)
  }
  const ordered = structure.filter(({ id }) => !dependents.has(id))
  // The loop over a list includes what is added to it meanwhile.
  for (const { needs } of ordered) {
    for (const need of needs) {
      const left = dependents.get(need)! - 1
      dependents.set(need, left)
      if (left === 0) ordered.push(byId.get(need)!)
    }
  }
  return ordered
}
