/** Of all matrices of a plan together: aliases let a short text have many large ones. */
const mostTasks = 10_000
const mostCharacters = 100_000_000

/** Counts what the matrices of a plan make. */
export class MatrixBounds {
  #tasks = 0
  #characters = 0

  /** Takes in a task as it is written, and how many times its matrix writes it. What the plan has then, if too much. */
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
