import type { PlannedTask } from '../../graph/plan.ts'

/** The row of a task in a picture of rails: the part before its id. */
export interface RailRow {
  readonly index: number
  readonly level: number
  readonly rails: string
}

/**
 * Draws dependencies as rails. A task that others need begins a rail, and the rows of these are joined to it. `├` and
 * `┼` join a rail that continues, `└` and `┴` one that ends, `┌` and `┬` begin one. A `│` between dashes is a rail that
 * is crossed, not joined.
 */
export function railRows(
  tasks: readonly PlannedTask[],
  levels: readonly (readonly number[])[],
): readonly RailRow[] {
  const rails = new Rails(tasks)
  return levels.flatMap((level, number) =>
    level.map((index) => ({ index, level: number, rails: rails.rowOf(index) })),
  )
}

/** The rails that are open, from row to row. */
class Rails {
  readonly #tasks: readonly PlannedTask[]
  /** By column: the task whose rail it is; undefined where there is none. */
  readonly #columns: (number | undefined)[] = []
  readonly #dependentsLeft: Int32Array

  constructor(tasks: readonly PlannedTask[]) {
    this.#tasks = tasks
    this.#dependentsLeft = Int32Array.from(tasks, ({ dependents }) => dependents.length)
  }

  rowOf(index: number): string {
    const { needs, dependents } = this.#tasks[index]!
    const needed = new Set(needs)
    const before = [...this.#columns]
    const own = dependents.length > 0 ? this.#open(index) : -1
    const joined = before.flatMap((task, column) => (task !== undefined && needed.has(task) ? [column] : []))
    for (const column of joined) this.#leave(column)
    const from = Math.min(...joined, own === -1 ? Number.POSITIVE_INFINITY : own)
    const width =
      Math.max(
        before.findLastIndex((task) => task !== undefined),
        own,
      ) + 1
    const cells = Array.from({ length: width }, (_, column) => {
      const dash = column > from
      if (column === own) return dash ? '─┬' : ' ┌'
      if (joined.includes(column)) {
        const goesOn = this.#columns[column] !== undefined
        if (!dash) return goesOn ? ' ├' : ' └'
        return goesOn ? '─┼' : '─┴'
      }
      const passed = before[column] === undefined ? (dash ? '─' : ' ') : '│'
      return (dash ? '─' : ' ') + passed
    })
    while (this.#columns.length > 0 && this.#columns.at(-1) === undefined) this.#columns.pop()
    return `${cells.join('').slice(1)}${from === Number.POSITIVE_INFINITY ? '  ' : '─ '}`
  }

  #open(index: number): number {
    const free = this.#columns.indexOf(undefined)
    const column = free === -1 ? this.#columns.length : free
    this.#columns[column] = index
    return column
  }

  #leave(column: number): void {
    const task = this.#columns[column]!
    if (--this.#dependentsLeft[task]! === 0) this.#columns[column] = undefined
  }
}
