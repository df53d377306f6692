import { join } from 'node:path'
import type { Store } from 'dagmar'
import { journal } from 'dagmar/journal'
import { sqlite } from 'dagmar/sqlite'
import { storeConformance, type StoreUnderTest } from 'dagmar/testing'
import { describe, it } from 'vitest'
import { drivers } from './drivers.ts'
import { newFolder } from './folders.ts'

/** A store at a path, and others there. */
function storesAt(name: string, open: (path: string) => Store): StoreUnderTest {
  const paths = new WeakMap<Store, string>()
  const openAt = (path: string): Store => {
    const store = open(path)
    paths.set(store, path)
    return store
  }
  return {
    name,
    makeStore: () => openAt(join(newFolder(), 'runs')),
    reopen: (store) => openAt(paths.get(store)!),
  }
}

const tried: readonly StoreUnderTest[] = [
  ...drivers.map((driver) => storesAt(`sqlite with ${driver}`, (path) => sqlite(path, { driver }))),
  storesAt('journal', (path) => journal(path)),
  storesAt('sqlite with durability normal', (path) => sqlite(path, { durability: 'normal' })),
]

describe.each(tried)('$name', (store) => {
  for (const { name, run } of storeConformance(store)) {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect
    it(name, run)
  }
})
