import { Subject } from 'rxjs'
import type { AgentFact, AgentsSummed, JournalledAgentFact, NewAgentFact } from '../../events/agent-facts.ts'
import type { RunFact } from '../../events/facts.ts'
import { IsolatedObservable } from '../../events/isolated.ts'
import type { Journal } from '../../ports/store.ts'
import type { Journalled, JournalWriter } from '../commit/journal-writer.ts'
import type { Committer, Macrostep } from '../commit/macrostep.ts'

/** A fact that has no number yet. */
interface Untold {
  readonly fact: NewAgentFact | Omit<AgentsSummed, 'seq' | 'at'>
  readonly at: number
}

interface OpenedJournal {
  readonly journal: Journal
  /** The number of the last fact in it. */
  readonly lastSeq: number
  readonly writer: JournalWriter
}

/** How many facts are held for those who come late: the oldest go first. */
const mostHeld = 10_000

/**
 * The facts about agents. Those of a step are told at its end, or once a store has them: they go into the same append as
 * the facts of its runs. Until it is known what is in the store, they gather.
 */
export class AgentLog implements Committer, Journalled {
  isTouched = false
  isWaiting = false
  journal: Journal = { runId: '', lastSeq: 0 }
  readonly #facts$ = new Subject<AgentFact>()
  readonly events$ = new IsolatedObservable<AgentFact>(this.#facts$, () => undefined)
  readonly #refused: (cause: unknown) => void
  #macrostep: Macrostep | undefined
  #writer: JournalWriter | undefined
  #isOpen = false
  #isRefused = false
  #seq = 0
  #told = 0
  #gathering: Untold[] = []
  #underWay: readonly JournalledAgentFact[] = []
  /** Told whether the sum that is on its way to the journal is safe. */
  #summed: ((isSafe: boolean) => void) | undefined
  #held: AgentFact[] = []
  /** What was told after those that are held while nobody observed. */
  #unmade: Untold[] = []
  #allTold: (() => void) | undefined

  /** `refused` is called when a store does not take facts: nothing more is written. */
  constructor(refused: (cause: unknown) => void) {
    this.#refused = refused
  }

  attach(macrostep: Macrostep): void {
    this.#macrostep = macrostep
  }

  /** From now on facts are told, and written where there is a journal. */
  open(opened?: OpenedJournal): void {
    this.#isOpen = true
    if (opened !== undefined) {
      this.journal = opened.journal
      this.#writer = opened.writer
      this.#seq = opened.lastSeq
      this.#told = this.#seq
    }
    this.#macrostep?.touch(this)
  }

  /** What was told last, in order. */
  get held(): readonly AgentFact[] {
    this.#makeFacts()
    return this.#held
  }

  /** The number that the last fact of what has happened has, or will get: it may not be told yet. */
  get reached(): number {
    return this.#seq + this.#gathering.length
  }

  /** Facts of an earlier life. */
  recall(facts: readonly AgentFact[]): void {
    this.#held = facts.slice(-mostHeld)
  }

  tell(fact: NewAgentFact, at: number): void {
    this.#gathering.push({ fact, at })
    this.#macrostep?.touch(this)
  }

  /** Writes what sums up earlier facts: for the journal alone, nobody is told. Resolves with whether it is safe there. */
  sum(fact: Omit<AgentsSummed, 'seq' | 'at'>): Promise<boolean> {
    const macrostep = this.#macrostep
    if (macrostep === undefined || this.#writer === undefined) return Promise.resolve(false)
    return new Promise((resolve) => {
      this.#summed = resolve
      macrostep.run(() => {
        this.#gathering.push({ fact, at: macrostep.at })
        macrostep.touch(this)
      })
    })
  }

  get unsafe(): readonly [from: number, to: number] {
    return [this.#told + 1, this.#seq]
  }

  commit(): void {
    if (!this.#isOpen || this.#gathering.length === 0) return
    if (this.#writer !== undefined) this.#writer.want(this)
    else if (this.#facts$.observed) this.#emit(this.#numbered())
    else {
      // No facts are made of what nobody may ever look at.
      for (const untold of this.#gathering) this.#unmade.push(untold)
      if (this.#unmade.length > mostHeld * 1.25) this.#unmade = this.#unmade.slice(-mostHeld)
      this.#seq += this.#gathering.length
      this.#told = this.#seq
      this.#gathering = []
      this.#allTold?.()
    }
  }

  /** Stores keep them as they keep the facts of runs. */
  takeFacts(): readonly RunFact[] {
    if (this.#isRefused) {
      // It has waited behind those that were refused: written, it would leave a hole.
      this.commit()
      return []
    }
    this.#underWay = this.#numbered()
    return this.#underWay as unknown as readonly RunFact[]
  }

  written(): void {
    const facts = this.#underWay
    this.#underWay = []
    this.#emit(facts)
  }

  refused(cause: unknown): void {
    const facts = this.#underWay
    this.#underWay = []
    this.#writer = undefined
    this.#isRefused = true
    this.#sumIsOver(false)
    this.#emit(facts)
    this.#refused(cause)
  }

  /** What is told from now on is not written. */
  stopWriting(): void {
    this.#writer = undefined
    this.#gathering = this.#gathering.filter(({ fact }) => fact.type !== 'agents.summed')
    this.#sumIsOver(false)
  }

  /** Undefined where all was told; otherwise resolves when it is. */
  told(): Promise<void> | undefined {
    if (this.#gathering.length + this.#underWay.length === 0) return undefined
    return new Promise((resolve) => (this.#allTold = resolve))
  }

  close(): void {
    this.#facts$.complete()
  }

  #sumIsOver(isSafe: boolean): void {
    this.#summed?.(isSafe)
    this.#summed = undefined
  }

  #numbered(): readonly JournalledAgentFact[] {
    const gathered = this.#gathering
    this.#gathering = []
    return gathered.map((untold) => factOf(untold, ++this.#seq))
  }

  #makeFacts(): void {
    const unmade = this.#unmade
    this.#unmade = []
    const before = this.#told - unmade.length
    for (const [index, untold] of unmade.entries())
      this.#hold(factOf(untold, before + index + 1) as AgentFact)
  }

  #hold(fact: AgentFact): void {
    if (this.#held.push(fact) > mostHeld * 1.25) this.#held = this.#held.slice(-mostHeld)
  }

  #emit(facts: readonly JournalledAgentFact[]): void {
    this.#makeFacts()
    for (const fact of facts) {
      this.#told = fact.seq
      if (fact.type === 'agents.summed') {
        this.#sumIsOver(true)
        continue
      }
      this.#hold(fact)
      this.#facts$.next(fact)
    }
    if (this.#gathering.length + this.#underWay.length === 0) this.#allTold?.()
  }
}

function factOf({ fact, at }: Untold, seq: number): JournalledAgentFact {
  return Object.freeze({ seq, at, ...fact }) as JournalledAgentFact
}
