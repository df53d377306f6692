/** For all matrices of a plan together, because aliases let a short text have many large ones. */
const mostTasks = 10_000
const mostCharacters = 100_000_000

/** Counts how much the matrices of a plan make. */
export class MatrixBounds {
  #tasks = 0
  #characters = 0

  /**
   * Counts a task that is written this many times by its matrix. Returns what the plan has too much of, if anything.
   */
  excessWith(task: object, times: number): string | undefined {
    this.#tasks += times
    this.#characters += times * JSON.stringify(task).length
    if (this.#tasks > mostTasks) return `more than ${mostTasks} tasks made by matrices`
    return this.#characters > mostCharacters
      ? `more than ${mostCharacters} characters by its matrices`
      : undefined
  }

  get isExceeded(): boolean {
    return this.#tasks > mostTasks || this.#characters > mostCharacters
  }
}
