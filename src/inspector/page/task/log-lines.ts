import type { PassingFact } from '../../../events/facts.ts'
import { type Look, plainLook, readLine, type Stretch } from './ansi.ts'

export interface LogLine {
  readonly attempt: number
  readonly stream: 'stdout' | 'stderr' | 'log'
  readonly at: number
  /** The `seq` of the last run fact before it. */
  readonly afterSeq: number
  readonly stretches: readonly Stretch[]
  /** The same, without its looks. */
  readonly text: string
}

/** Longer lines are cut here: in characters. */
export const longestLine = 4_000

/** What a task wrote, line by line, as it comes. */
export class LogLines {
  readonly lines: LogLine[] = []
  #last: PassingFact | undefined
  readonly #looks = new Map<string, Look>()
  readonly #taskId: string

  constructor(taskId: string) {
    this.#taskId = taskId
  }

  /** Takes what has come since the last call. The oldest facts may have gone from the list meanwhile. */
  catchUp(passing: readonly PassingFact[]): void {
    let first = passing.length
    while (first > 0 && passing[first - 1] !== this.#last) first--
    for (; first < passing.length; first++) {
      const fact = passing[first]!
      if (fact.type === 'task.output' && fact.taskId === this.#taskId) this.#take(fact)
    }
    this.#last = passing.at(-1)
  }

  #take({ attempt, stream, at, afterSeq, text }: Extract<PassingFact, { type: 'task.output' }>): void {
    // Each stream of each attempt has colours of its own.
    const key = `${attempt} ${stream}`
    let look = this.#looks.get(key) ?? plainLook
    for (const line of text.replace(/\r?\n$/, '').split('\n')) {
      const isLong = line.length > longestLine
      const { stretches, end } = readLine(isLong ? `${line.slice(0, longestLine)} …` : line, look)
      look = end
      this.lines.push({
        attempt,
        stream,
        at,
        afterSeq,
        stretches,
        text: stretches.map((one) => one.text).join(''),
      })
    }
    this.#looks.set(key, look)
  }
}

/** The lines of one attempt, or of all, up to a fact, in which a text is to be found. */
export function linesWith(
  lines: readonly LogLine[],
  {
    attempt,
    seq,
    text,
  }: { readonly attempt: number | undefined; readonly seq: number; readonly text: string },
): readonly LogLine[] {
  const wanted = text.trim().toLowerCase()
  return lines.filter(
    (line) =>
      line.afterSeq <= seq &&
      (attempt === undefined || line.attempt === attempt) &&
      (wanted === '' || line.text.toLowerCase().includes(wanted)),
  )
}
