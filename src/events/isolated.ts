import { Observable, type Observer, Subscriber, type Subscription } from 'rxjs'

/**
 * An observable whose direct observers cannot harm it: when one throws, that is reported once, and it still gets what
 * follows. Observables made from it with `pipe` keep RxJS's own rules for errors.
 */
export class IsolatedObservable<T> extends Observable<T> {
  readonly #observerFailed: (thrown: unknown) => void

  constructor(source: Observable<T>, observerFailed: (thrown: unknown) => void) {
    super((subscriber) => source.subscribe(subscriber))
    this.#observerFailed = observerFailed
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext)
    const observer: Partial<Observer<T>> =
      typeof observerOrNext === 'function'
        ? { next: observerOrNext, ...(error ? { error } : {}), ...(complete ? { complete } : {}) }
        : (observerOrNext ?? {})
    let told = false
    const failed = (thrown: unknown): void => {
      if (told) return
      told = true
      this.#observerFailed(thrown)
    }
    return super.subscribe({
      next: (value) => {
        try {
          observer.next?.(value)
        } catch (thrown) {
          failed(thrown)
        }
      },
      error: (error: unknown) => {
        try {
          observer.error?.(error)
        } catch (thrown) {
          failed(thrown)
        }
      },
      complete: () => {
        try {
          observer.complete?.()
        } catch (thrown) {
          failed(thrown)
        }
      },
    })
  }
}
