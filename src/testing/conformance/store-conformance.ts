import { DagmarError } from '../../errors/dagmar-error.ts'
import { isRecord, readFields, show } from '../../graph/read-values.ts'
import type { Store } from '../../ports/store.ts'
import type { ConformanceCase } from './executor-conformance.ts'
import { type AddStoreCase, addJournalCases } from './store/journal-cases.ts'
import { addOwnerCases } from './store/owner-cases.ts'
import { addReadingCases } from './store/reading-cases.ts'
import { addTrimCases } from './store/trim-cases.ts'

/** What the suite needs to know of a store to try it. */
export interface StoreUnderTest {
  readonly name: string
  /** Called anew for every case: a store that holds nothing. */
  readonly makeStore: () => Store | Promise<Store>
  /**
   * Another store over what that one keeps, as another process would have it: for stores that keep their journals
   * beyond themselves. It is called with a store that is closed, and with one that is not.
   */
  readonly reopen?: (store: Store) => Store | Promise<Store>
}

const known: ReadonlySet<string> = new Set(['name', 'makeStore', 'reopen'])
const subject = 'What storeConformance() is given'

/**
 * The contract of the port `Store` as cases for any test framework. Those about another process are left out where there
 * is no `reopen`. Throws `CONFIG_INVALID` for anything else than a `StoreUnderTest`, as a store itself.
 *
 * @example
 * ```ts
 * const cases = storeConformance({ name: 'the far store', makeStore: () => farStore({ host: 'localhost' }) })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function storeConformance(tried: StoreUnderTest): readonly ConformanceCase[] {
  demandStoreUnderTest(tried)
  const { makeStore, reopen } = tried
  const conformance: ConformanceCase[] = []
  const add: AddStoreCase = (name, run) => {
    conformance.push({
      name,
      run: async () => {
        const store = await makeStore()
        await run({ store, reopen: reopen === undefined ? undefined : async () => reopen(store) })
      },
    })
  }
  addJournalCases(add)
  addOwnerCases(add, reopen !== undefined)
  addReadingCases(add, reopen !== undefined)
  addTrimCases(add, reopen !== undefined)
  return conformance
}

function demandStoreUnderTest(tried: unknown): void {
  if (!isRecord(tried)) throw misshapen(`${subject} is ${show(tried)}.`)
  if (typeof tried['append'] === 'function') throw misshapen(`${subject} is a store itself.`)
  if (typeof tried['name'] !== 'string') throw wrongly('name', tried['name'], 'a text')
  if (typeof tried['makeStore'] !== 'function') throw wrongly('makeStore', tried['makeStore'], 'a function')
  const { reopen } = tried
  if (reopen !== undefined && typeof reopen !== 'function') throw wrongly('reopen', reopen, 'a function')
  readFields(tried, subject, known)
}

function wrongly(field: string, value: unknown, wanted: string): DagmarError {
  return misshapen(`${field} is ${show(value)}, but it must be ${wanted}.`, { field })
}

function misshapen(message: string, facts: Readonly<Record<string, unknown>> = {}): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message, hint: 'Give { name, makeStore: () => store }.', facts })
}
