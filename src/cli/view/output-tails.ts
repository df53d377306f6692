import type { TaskId } from '../../../machines/outcome.ts'

/** So many characters of output are kept of one task, and of all together. */
const mostOfTask = 512 * 1024
const mostOfAll = 32 * 1024 * 1024

export interface OutputTail {
  /** The lines as they were written, the newest last. */
  readonly lines: readonly string[]
  /** True where earlier ones are no longer kept. */
  readonly isCut: boolean
}

interface Kept {
  readonly pieces: string[]
  characters: number
  isCut: boolean
  /** A line that has not ended. */
  unended: string
}

/** The end of what each task wrote in this run, so that a person can look at it. Bounded for a task and for all. */
export class OutputTails {
  /** The task that wrote last is the last one. */
  readonly #tasks = new Map<TaskId, Kept>()
  /** Those of which nothing is kept any more. */
  readonly #forgotten = new Set<TaskId>()
  #characters = 0

  add(id: TaskId, text: string, isPartial: boolean): void {
    const kept = this.#tasks.get(id) ?? emptied(this.#forgotten.delete(id))
    this.#tasks.delete(id)
    this.#tasks.set(id, kept)
    if (isPartial) {
      kept.unended = text
      return
    }
    kept.unended = ''
    kept.pieces.push(text)
    kept.characters += text.length
    this.#characters += text.length
    while (kept.characters > mostOfTask && kept.pieces.length > 1) this.#drop(kept)
    for (const [oldest, { characters }] of this.#tasks) {
      if (this.#characters <= mostOfAll || oldest === id) break
      this.#characters -= characters
      this.#tasks.delete(oldest)
      this.#forgotten.add(oldest)
    }
  }

  of(id: TaskId): OutputTail {
    const kept = this.#tasks.get(id)
    if (kept === undefined) return { lines: [], isCut: this.#forgotten.has(id) }
    const lines = kept.pieces.flatMap((piece) => piece.split('\n'))
    return { lines: kept.unended === '' ? lines : [...lines, kept.unended], isCut: kept.isCut }
  }

  #drop(kept: Kept): void {
    const characters = kept.pieces.shift()!.length
    kept.characters -= characters
    this.#characters -= characters
    kept.isCut = true
  }
}

function emptied(isCut: boolean): Kept {
  return { pieces: [], characters: 0, isCut, unended: '' }
}
