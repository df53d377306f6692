import type { Observable } from 'rxjs'
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
  readonly settle: ((item: unknown, outcome: ItemOutcome) => unknown) | undefined
}

/** Items that may come now. */
export type Opened =
  | { readonly kind: 'pulled'; readonly iterator: AsyncIterator<unknown> | Iterator<unknown> }
  | { readonly kind: 'pushed'; readonly items$: Observable<unknown> }

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
  return {
    settle: told?.settle,
    open: async () => {
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

function openedOf(items: Items<unknown>): Opened {
  if ('subscribe' in items && typeof items.subscribe === 'function') return { kind: 'pushed', items$: items }
  if (Symbol.asyncIterator in items) return { kind: 'pulled', iterator: items[Symbol.asyncIterator]() }
  return { kind: 'pulled', iterator: (items as Iterable<unknown>)[Symbol.iterator]() }
}
