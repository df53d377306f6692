import type { Combination } from './matrix.ts'
import type { WrittenDefaults } from './plan-schema.ts'

/** For a plan as a whole, because aliases, matrices and defaults let a short text stand for a long one. */
const mostTasks = 10_000
const mostCharacters = 100_000_000
/** A variable takes so much more memory than its characters. */
const ofVariable = 20

/** Counts what the tasks of a plan come to, once everything is written out. */
export class PlanBounds {
  readonly #ofDefaults: number
  #tasks = 0
  #characters = 0

  constructor({ env }: WrittenDefaults) {
    this.#ofDefaults = weightOf(env)
  }

  /**
   * Counts a task, as often as its matrix stands for it. Returns what the plan has too much of, if anything.
   */
  excessWith(task: WrittenDefaults, combinations: readonly Combination[] | undefined): string | undefined {
    const text = JSON.stringify(task)
    const times = combinations?.length ?? 1
    const filled =
      combinations === undefined ? 0 : (text.split('${{').length - 1) * longestValueIn(combinations)
    if (combinations !== undefined) this.#tasks += times
    this.#characters += times * (text.length + filled + weightOf(task.env) + this.#ofDefaults)
    if (this.#tasks > mostTasks) return `more than ${mostTasks} tasks made by matrices`
    if (this.#characters <= mostCharacters) return undefined
    const by = combinations === undefined ? 'once everything is written out' : 'by its matrices'
    return `more than ${mostCharacters} characters ${by}`
  }

  get isExceeded(): boolean {
    return this.#tasks > mostTasks || this.#characters > mostCharacters
  }
}

function weightOf(env: WrittenDefaults['env']): number {
  return env === undefined ? 0 : JSON.stringify(env).length + ofVariable * Object.keys(env).length
}

function longestValueIn(combinations: readonly Combination[]): number {
  let longest = 0
  for (const { values } of combinations) {
    for (const name in values) longest = Math.max(longest, values[name]!.length)
  }
  return longest
}
