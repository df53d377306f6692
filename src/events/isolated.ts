import { badValue, isRecord } from '../graph/read-values.ts'
import { Observable, type Observer, Subscriber, type Subscription } from 'rxjs'

/** Returns a stream of facts. Throws `CONFIG_INVALID` for what is none. */
export function readStream<T>(events$: Observable<T>): Observable<T> {
  const given: unknown = events$
  if (isRecord(given) && typeof given['subscribe'] === 'function') return events$
  throw badValue('events$', given, 'a stream of facts, such as run.events$')
}

/** Who tells that an observer threw. */
export interface Reporter {
  observerFailed(thrown: unknown): void
}

/**
 * An observable whose direct observers cannot harm it: when one throws, or is async and rejects, that is reported once,
 * and it still gets what follows. Observables made from it with `pipe` keep RxJS's own rules for errors.
 */
export class IsolatedObservable<T> extends Observable<T> {
  readonly #reporter: () => Reporter | undefined

  /** `reporter` is asked while an observer is being told something: who is to hear that it threw then, or rejects later. */
  constructor(source: Observable<T>, reporter: () => Reporter | undefined) {
    super((subscriber) => source.subscribe(subscriber))
    this.#reporter = reporter
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
    const failed = (thrown: unknown, to = this.#reporter()): void => {
      if (told) return
      told = true
      to?.observerFailed(thrown)
    }
    return super.subscribe({
      next: (value) => {
        try {
          const returned = observer.next?.(value) as unknown
          if (returned instanceof Promise) {
            const to = this.#reporter()
            returned.catch((thrown: unknown) => failed(thrown, to))
          }
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
