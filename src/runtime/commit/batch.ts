import { type BriefFact, type BriefSource, factOf } from '../../events/brief-fact.ts'
import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'

/** Something to do with its subject; where that is a task, for one attempt of it. */
export type Effect<Subject> = (subject: Subject, attempt: number) => void

/** A list with more items than this gives its memory back when it is emptied. */
const mostKept = 3_072

/**
 * The facts and effects of a run that gather in one macrostep. All that is said of a fact, or an effect, stands in a row:
 * objects would be one more for each, and lists of their own a call for each item.
 */
export class Batch {
  /** By threes: a fact, or a brief one, its instant, and what it says more. */
  #facts: unknown[] = []
  #factsEnd = 0
  /** By threes: a function, its subject, and the attempt that it is about. */
  #effects: unknown[] = []
  #effectsEnd = 0
  #runFacts = 0
  /** The `seq` of the first fact, where that is a brief one. */
  #firstSeq = 0
  /** The latest instant. Most facts have the same one, and then share the number. */
  #at: number | undefined

  /** True when it has facts that must be written. */
  get hasRunFacts(): boolean {
    return this.#runFacts > 0
  }

  get hasEffects(): boolean {
    return this.#effectsEnd > 0
  }

  tell(fact: Fact): void {
    const end = this.#factsEnd
    this.#facts[end] = fact
    this.#facts[end + 1] = undefined
    this.#facts[end + 2] = undefined
    this.#factsEnd = end + 3
  }

  /** Run facts come in the order of their `seq`, without a gap. */
  tellRunFact(fact: RunFact): void {
    this.#runFacts++
    this.tell(fact)
  }

  tellBrief(told: BriefFact, seq: number, at: number, more: unknown): void {
    if (this.#runFacts++ === 0) this.#firstSeq = seq
    if (this.#at !== at) this.#at = at
    const end = this.#factsEnd
    this.#facts[end] = told
    this.#facts[end + 1] = this.#at
    this.#facts[end + 2] = more
    this.#factsEnd = end + 3
  }

  effect<Subject>(what: Effect<Subject>, subject: Subject, attempt: number): void {
    const end = this.#effectsEnd
    this.#effects[end] = what
    this.#effects[end + 1] = subject
    this.#effects[end + 2] = attempt
    this.#effectsEnd = end + 3
  }

  /** The facts that are to be written, in full. `of` is the run. A copy, which the caller may keep. */
  runFacts(of: BriefSource): readonly RunFact[] {
    const facts: RunFact[] = []
    this.tellTo({
      isQuiet: false,
      tell: (fact) => {
        if (isRunFact(fact)) facts.push(fact)
      },
      tellBrief: (told, seq, at, more) => facts.push(factOf(of, told, seq, at, more)),
    })
    return facts
  }

  /** Tells each fact, in order. */
  tellTo(log: FactTaker): void {
    const facts = this.#facts
    let seq = this.#firstSeq
    let { isQuiet } = log
    for (let index = 0; index < this.#factsEnd; index += 3) {
      const fact = facts[index] as Fact | BriefFact
      if (typeof fact === 'number') {
        log.tellBrief(fact, seq++, facts[index + 1] as number, facts[index + 2], isQuiet)
        continue
      }
      log.tell(fact)
      if (isRunFact(fact)) seq = fact.seq + 1
      isQuiet &&= log.isQuiet
    }
  }

  /** Carries out each effect, in order. */
  carryOut(): void {
    const effects = this.#effects
    for (let index = 0; index < this.#effectsEnd; index += 3) {
      const what = effects[index] as Effect<unknown>
      what(effects[index + 1], effects[index + 2] as number)
    }
  }

  clear(): void {
    this.#facts = emptied(this.#facts, this.#factsEnd)
    this.#effects = emptied(this.#effects, this.#effectsEnd)
    this.#factsEnd = 0
    this.#effectsEnd = 0
    this.#runFacts = 0
  }
}

/** Where the facts of a batch go. */
interface FactTaker {
  /** True while nobody would see a brief fact that is told now. */
  readonly isQuiet: boolean
  tell(fact: Fact): void
  tellBrief(told: BriefFact, seq: number, at: number, more: unknown, isQuiet: boolean): void
}

/** Items that are gone must not be kept from being collected. */
function emptied(items: unknown[], end: number): unknown[] {
  if (end > mostKept) return []
  for (let place = 0; place < end; place++) items[place] = undefined
  return items
}

/** More empty batches than this are given up. */
const mostSpare = 64

/**
 * The batches of all runs of a runtime. Each is used again for other steps and runs, since there are many and most hold
 * only a few facts: a run without changes has none.
 */
export class Batches {
  readonly #spare: Batch[] = []

  take(): Batch {
    return this.#spare.pop() ?? new Batch()
  }

  giveBack(batch: Batch): void {
    batch.clear()
    if (this.#spare.length < mostSpare) this.#spare.push(batch)
  }
}
