import { Observable, type Subscriber } from 'rxjs'

/** Tells all that listen at the time. A `Subject` of RxJS does it with a closure for each thing that is told. */
export class Teller<T> {
  readonly told$: Observable<T>
  readonly #listeners: Subscriber<T>[] = []
  /** A copy, since listeners come and go while they are told something. */
  #current: readonly Subscriber<T>[] | undefined
  #isOver = false

  constructor() {
    this.told$ = new Observable<T>((listener) => {
      if (this.#isOver) {
        listener.complete()
        return undefined
      }
      this.#listeners.push(listener)
      this.#current = undefined
      return () => {
        const place = this.#listeners.indexOf(listener)
        if (place !== -1) this.#listeners.splice(place, 1)
        this.#current = undefined
      }
    })
  }

  get isHeard(): boolean {
    return this.#listeners.length > 0
  }

  get listeners(): number {
    return this.#listeners.length
  }

  tell(value: T): void {
    this.#current ??= [...this.#listeners]
    for (const listener of this.#current) listener.next(value)
  }

  /** Nothing is told any more. */
  complete(): void {
    this.#isOver = true
    for (const listener of this.#listeners.splice(0)) listener.complete()
    this.#current = undefined
  }
}
