import type { Tone } from '../screen/colours.ts'
import type { Span } from '../screen/spans.ts'

/** A row of cells, each for a like part of a length of time. */
export class Bar {
  readonly #lengthMs: number
  readonly #signs: string[]
  readonly #tones: Tone[]

  constructor(lengthMs: number, columns: number) {
    this.#lengthMs = lengthMs
    this.#signs = Array.from({ length: columns }, () => ' ')
    this.#tones = Array.from({ length: columns }, () => 'plain')
  }

  /** Fills every cell that the stretch touches; none for a stretch without length. */
  paint(from: number, to: number, sign: string, tone: Tone): void {
    if (to <= from) return
    const columns = this.#signs.length
    const first = Math.min(columns - 1, Math.floor((from / this.#lengthMs) * columns))
    const last = Math.max(first, Math.ceil((to / this.#lengthMs) * columns) - 1)
    for (let column = first; column <= Math.min(last, columns - 1); column++) {
      this.#signs[column] = sign
      this.#tones[column] = tone
    }
  }

  /** Cells of one tone together. */
  spans(): readonly Span[] {
    const spans: [string, Tone][] = []
    for (const [column, sign] of this.#signs.entries()) {
      const last = spans.at(-1)
      if (last !== undefined && last[1] === this.#tones[column]) last[0] += sign
      else spans.push([sign, this.#tones[column]!])
    }
    return spans
  }
}
