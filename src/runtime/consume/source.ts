import { Observable, ReplaySubject, Subscription } from 'rxjs'
import { readField } from '../../errors/foreign-value.ts'
import { badValue } from '../../graph/read-values.ts'
import type { ItemOutcome } from './outcome-of-item.ts'

/** Items, as they come. An observable cannot be told to wait; anything else is asked for the next item when there is room. */
export type Items<Item> = AsyncIterable<Item> | Iterable<Item> | Observable<Item>

/** Is told what became of an item. */
export type Settle<Item> = (item: Item, outcome: ItemOutcome) => void | Promise<void>

/**
 * Where items come from: items, perhaps with a method `settle`, or what opens them. A function is called each time that
 * the source is opened, so that it can go on after it threw; without one, the same items are iterated or subscribed to
 * again, which a generator that threw answers with its end.
 */
export type Source<Item> =
  | (Items<Item> & { readonly settle?: Settle<Item> })
  | {
      readonly items: Items<Item> | (() => Items<Item> | Promise<Items<Item>>)
      readonly settle?: Settle<Item>
    }

/** A source as it is used. */
export interface ReadSource {
  /** Throws what the source throws, and `CONFIG_INVALID` for what are no items. */
  readonly open: () => Promise<Opened>
  /**
   * Subscribes to an observable, and keeps what it gives until it is opened: it does not wait for that. Called once, or
   * never.
   */
  readonly hear: () => void
  /** The same as the first `open`, for an observable that is heard and was not opened. */
  readonly heard: () => Opened | undefined
  readonly settle: ((item: unknown, outcome: ItemOutcome) => unknown) | undefined
}

/** Items that may come now. */
export type Opened =
  | { readonly kind: 'pulled'; readonly iterator: AsyncIterator<unknown> | Iterator<unknown> }
  | {
      readonly kind: 'pushed'
      readonly items$: Observable<unknown>
      /** True where it has been subscribed to already, and has what was given since. */
      readonly isHeard?: boolean
    }

/** Throws `CONFIG_INVALID` for what is no source. */
export function readSource(source: unknown): ReadSource {
  const given = typeof source === 'object' && source !== null ? source : {}
  const settle = readField(given, 'settle')
  if (settle !== undefined && typeof settle !== 'function') throw badValue('settle', settle, 'a function')
  const told = settle === undefined ? undefined : { settle: settle.bind(source) as ReadSource['settle'] }
  const opens = readField(given, 'items')
  const items = isItems(source) ? source : opens
  if (typeof items !== 'function' && !isItems(items)) {
    throw badValue(
      'The source',
      source,
      'an (async) iterable, an observable, or an object with those as items',
    )
  }
  let kept: Observable<unknown> | undefined
  const heard = (): ReturnType<ReadSource['heard']> => {
    if (kept === undefined) return undefined
    const items$ = kept
    kept = undefined
    return { kind: 'pushed', items$, isHeard: true }
  }
  return {
    settle: told?.settle,
    hear: () => {
      if (typeof items !== 'function' && isObservable(items)) kept = keptFrom(items)
    },
    heard,
    open: async () => {
      const first = heard()
      if (first !== undefined) return first
      const opened: unknown = typeof items === 'function' ? await items.call(source) : items
      if (isItems(opened)) return openedOf(opened)
      throw badValue('What items() returned', opened, 'an (async) iterable or an observable')
    },
  }
}

function isItems(value: unknown): value is Items<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return [Symbol.asyncIterator, Symbol.iterator, 'subscribe'].some(
    (name) => typeof readField(value, name) === 'function',
  )
}

function isObservable(items: Items<unknown>): items is Observable<unknown> {
  return 'subscribe' in items && typeof items.subscribe === 'function'
}

/** Subscribes now; whoever subscribes to the result, once, gets all of it, and ends it. */
function keptFrom(items$: Observable<unknown>): Observable<unknown> {
  const kept$ = new ReplaySubject<unknown>()
  const heard = new Subscription()
  try {
    heard.add(items$.subscribe(kept$))
  } catch (thrown) {
    kept$.error(thrown)
  }
  return new Observable((subscriber) => {
    subscriber.add(kept$.subscribe(subscriber))
    subscriber.add(heard)
  })
}

function openedOf(items: Items<unknown>): Opened {
  if (isObservable(items)) return { kind: 'pushed', items$: items }
  if (Symbol.asyncIterator in items) return { kind: 'pulled', iterator: items[Symbol.asyncIterator]() }
  return { kind: 'pulled', iterator: (items as Iterable<unknown>)[Symbol.iterator]() }
}
