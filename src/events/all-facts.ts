import type { Observable } from 'rxjs'
import type { Fact } from './facts.ts'
import { IsolatedObservable, type Reporter } from './isolated.ts'
import { Teller } from './teller.ts'

/** The facts of all runs of a runtime as one stream. Costs nothing while nobody listens. */
export class AllFacts {
  /** Hot: from the moment of subscription on. */
  readonly events$: Observable<Fact>
  readonly #told = new Teller<Fact>()
  /** Facts that arrive while another is being told wait here, so that all observers see the same order. */
  readonly #queue: { readonly fact: Fact; readonly teller: Reporter }[] = []
  /** Who is telling a fact just now. */
  telling: Reporter | undefined

  constructor() {
    this.events$ = new IsolatedObservable(this.#told.told$, () => this.telling)
  }

  get isObserved(): boolean {
    return this.#told.isHeard
  }

  get listeners(): number {
    return this.#told.listeners
  }

  tell(fact: Fact, teller: Reporter): void {
    this.#queue.push({ fact, teller })
    if (this.telling !== undefined) return
    for (let next = 0; next < this.#queue.length; next++) {
      const told = this.#queue[next]!
      this.telling = told.teller
      this.#told.tell(told.fact)
    }
    this.#queue.length = 0
    this.telling = undefined
  }

  complete(): void {
    this.#told.complete()
  }
}
