import { type Observable, Subject } from 'rxjs'
import type { Fact } from './facts.ts'
import { IsolatedObservable } from './isolated.ts'

/** Who is told that an observer threw: the run whose fact it was. */
export interface Teller {
  observerFailed(thrown: unknown): void
}

/** The facts of all runs of a runtime as one stream. Costs nothing while nobody listens. */
export class AllFacts {
  /** Hot: from the moment of subscription on. */
  readonly events$: Observable<Fact>
  readonly #told = new Subject<Fact>()
  /** Facts that came up while another was being told: they wait, so that every observer sees one order. */
  readonly #queue: { readonly fact: Fact; readonly teller: Teller }[] = []
  #telling: Teller | undefined

  constructor() {
    this.events$ = new IsolatedObservable(this.#told, (thrown) => this.#telling?.observerFailed(thrown))
  }

  get isObserved(): boolean {
    return this.#told.observed
  }

  tell(fact: Fact, teller: Teller): void {
    this.#queue.push({ fact, teller })
    if (this.#telling !== undefined) return
    for (let next = 0; next < this.#queue.length; next++) {
      const told = this.#queue[next]!
      this.#telling = told.teller
      this.#told.next(told.fact)
    }
    this.#queue.length = 0
    this.#telling = undefined
  }

  complete(): void {
    this.#told.complete()
  }
}
