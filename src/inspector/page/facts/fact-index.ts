import { inWords } from '../../../events/fact-in-words.ts'
import type { RunFact } from '../../../events/facts.ts'

/** Which facts are shown: all that fit each of these. */
export interface FactFilter {
  /** In lower case. Every word of it is in the fact's type, task or words. */
  readonly text: string
  /** A type, or all that begin with `run.` or `task.`; '' for all. */
  readonly type: string
  readonly taskId: string | undefined
}

/** What a list of facts needs to know, kept as facts come. */
export class FactIndex {
  readonly facts: readonly RunFact[]
  /** How many facts there are of each type. */
  readonly types = new Map<string, number>()
  /** For each fact the `seq` of the one that caused it; 0 for none. */
  readonly #causes: number[] = []
  readonly #effects = new Map<number, number[]>()
  readonly #lastOfTask = new Map<string, number>()
  readonly #texts: string[] = []
  #filter: FactFilter | undefined
  #shown: number[] = []
  #filtered = 0

  /** `facts` may grow. */
  constructor(facts: readonly RunFact[]) {
    this.facts = facts
  }

  /** Reads the facts that have come since. */
  readOn(): void {
    for (let place = this.#causes.length; place < this.facts.length; place++) this.#read(this.facts[place]!)
  }

  /** The `seq` of the fact that caused it: another one, or the task's own previous fact. 0 for none. */
  causeOf(seq: number): number {
    return this.#causes[seq - 1] ?? 0
  }

  /** The `seq`s of the facts that it caused, in order. */
  effectsOf(seq: number): readonly number[] {
    return this.#effects.get(seq) ?? []
  }

  /** The causes of a fact, from the nearest one on, without itself. */
  causesOf(seq: number): readonly number[] {
    const chain: number[] = []
    for (let cause = this.causeOf(seq); cause > 0; cause = this.causeOf(cause)) chain.push(cause)
    return chain
  }

  /** The `seq`s of the facts that fit the filter, in order. */
  fitting(filter: FactFilter): readonly number[] {
    const known = this.#filter
    if (known?.text !== filter.text || known.type !== filter.type || known.taskId !== filter.taskId) {
      this.#filter = filter
      this.#shown = []
      this.#filtered = 0
    }
    const words = filter.text.split(/\s+/).filter((word) => word !== '')
    for (; this.#filtered < this.facts.length; this.#filtered++) {
      const fact = this.facts[this.#filtered]!
      if (filter.taskId !== undefined && fact.taskId !== filter.taskId) continue
      if (filter.type !== '' && fact.type !== filter.type && !isOfKind(fact.type, filter.type)) continue
      if (words.length > 0 && !words.every((word) => this.#text(fact).includes(word))) continue
      this.#shown.push(fact.seq)
    }
    return this.#shown
  }

  #read(fact: RunFact): void {
    const { seq, type, taskId } = fact
    this.types.set(type, (this.types.get(type) ?? 0) + 1)
    const before = taskId === undefined ? 0 : (this.#lastOfTask.get(taskId) ?? 0)
    const cause = fact.causeSeq ?? before
    this.#causes.push(cause)
    if (taskId !== undefined) this.#lastOfTask.set(taskId, seq)
    if (cause === 0) return
    const known = this.#effects.get(cause)
    if (known === undefined) this.#effects.set(cause, [seq])
    else known.push(seq)
  }

  #text(fact: RunFact): string {
    const known = this.#texts[fact.seq]
    if (known !== undefined) return known
    const { what, about = '' } = inWords(fact)
    const text = `${fact.type} ${fact.taskId ?? ''} ${what} ${about} ${fact.seq}`.toLowerCase()
    this.#texts[fact.seq] = text
    return text
  }
}

function isOfKind(type: string, kind: string): boolean {
  return kind.endsWith('.') && type.startsWith(kind)
}
