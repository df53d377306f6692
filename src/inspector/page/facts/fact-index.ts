import { inWords } from '../../../events/fact-in-words.ts'
import type { RunFact } from '../../../events/facts.ts'
import { addTo } from '../state/grouped.ts'

/** Which facts are shown: all that fit each of these. */
export interface FactFilter {
  /** In lower case. Each is in the fact's type, its task, or what it says. */
  readonly words: readonly string[]
  /** A type, or all that begin with `run.` or `task.`; '' for all. */
  readonly type: string
  readonly taskId: string | undefined
}

/** What a list of facts needs to know, kept as facts come. */
export class FactIndex {
  readonly facts: readonly RunFact[]
  /** The types of facts that there are. */
  readonly types = new Set<string>()
  /** For each fact the `seq` of the one that caused it; 0 for none. */
  readonly #causes: number[] = []
  readonly #effects = new Map<number, number[]>()
  readonly #lastOfTask = new Map<string, number>()
  readonly #texts: string[] = []
  #key = ''
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
    const { words, type, taskId } = filter
    const isKind = type === '' || type.endsWith('.')
    const key = JSON.stringify(filter)
    if (this.#key !== key) {
      this.#key = key
      this.#shown = []
      this.#filtered = 0
    }
    for (; this.#filtered < this.facts.length; this.#filtered++) {
      const fact = this.facts[this.#filtered]!
      if (taskId !== undefined && fact.taskId !== taskId) continue
      if (fact.type !== type && !(isKind && fact.type.startsWith(type))) continue
      if (words.length > 0 && !words.every((word) => this.#text(fact).includes(word))) continue
      this.#shown.push(fact.seq)
    }
    return this.#shown
  }

  #read(fact: RunFact): void {
    const { seq, type, taskId } = fact
    this.types.add(type)
    const before = taskId === undefined ? 0 : (this.#lastOfTask.get(taskId) ?? 0)
    const cause = fact.causeSeq ?? before
    this.#causes.push(cause)
    if (taskId !== undefined) this.#lastOfTask.set(taskId, seq)
    if (cause === 0) return
    addTo(this.#effects, cause, seq)
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
