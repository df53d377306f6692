import { join } from 'node:path'
import type { RunFact, Store } from 'dagmar'
import { describe, expect, it, vi } from 'vitest'
import { toldAtLength } from '../../src/testing/conformance/store/told-run.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }

/** A disk that syncs when it is told to. */
function slowDisk() {
  const waiting: { readonly done: () => void; readonly fail: (error: Error) => void }[] = []
  return {
    waiting,
    sync: () =>
      new Promise<void>((done, fail) => {
        waiting.push({ done, fail })
      }),
  }
}

function failingDisk(code: string) {
  return { sync: () => Promise.reject(Object.assign(new Error(`${code}: it failed`), { code })) }
}

function countingDisk() {
  const counted = { syncs: 0 }
  return {
    counted,
    sync: () => {
      counted.syncs += 1
      return Promise.resolve()
    },
  }
}

async function appendTo(store: Store, journal: ReturnType<Store['create']>, facts: readonly RunFact[]) {
  try {
    return (await store.append([{ journal, facts }]))?.[0]
  } catch (thrown) {
    return thrown as Error
  }
}

describe.each(durableStores)('an append to $name', ({ open }) => {
  it('is answered when it is on the disk, and not before', async () => {
    const on = slowDisk()
    const store = open(join(newFolder(), 'runs'), {}, on)
    const facts = await toldAtLength('run', 3)
    const said: string[] = []
    const appended = appendTo(store, store.create('run', owner), facts).then(() => said.push('safe'))
    let syncs = 0
    while (said.length === 0) {
      await vi.waitUntil(() => on.waiting.length + said.length > 0, { timeout: 10_000 })
      if (on.waiting.length > 0) expect(said).toEqual([])
      syncs += on.waiting.length
      for (const { done } of on.waiting.splice(0)) done()
    }
    expect(syncs).toBeGreaterThan(0)
    await appended
    expect(said).toEqual(['safe'])
  })

  it('waits for no disk with the durability normal', async () => {
    const on = slowDisk()
    const store = open(join(newFolder(), 'runs'), { durability: 'normal' }, on)
    expect(await appendTo(store, store.create('run', owner), await toldAtLength('run', 3))).toBeUndefined()
    expect(on.waiting).toEqual([])
  })

  it('holds nothing else up while the disk is slow', async () => {
    const on = slowDisk()
    const store = open(join(newFolder(), 'runs'), {}, on)
    void appendTo(store, store.create('run', owner), await toldAtLength('run', 3))
    await vi.waitUntil(() => on.waiting.length > 0, { timeout: 10_000 })
    expect(await store.runs({ status: 'killed' })).toEqual([])
  })

  it.each(['EIO', 'ENOSPC'])(
    'is refused where the sync fails with %s, and so is what follows',
    async (code) => {
      const folder = newFolder()
      const before = open(join(folder, 'runs'))
      const facts = await toldAtLength('run', 9)
      expect(await appendTo(before, before.create('run', owner), facts.slice(0, 3))).toBeUndefined()
      await before.close()
      const store = open(join(folder, 'runs'), {}, failingDisk(code))
      const journal = store.open('run', owner)
      const refused = expect.objectContaining({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining(`could not be synced: ${code}`),
      })
      expect(await appendTo(store, journal, facts.slice(3, 6))).toEqual(refused)
      expect(await appendTo(store, journal, facts.slice(3, 6))).toEqual(refused)
      await store.close()
      const after = open(join(folder, 'runs'))
      const kept = await after.read('run')
      expect(kept).toEqual(facts.slice(0, kept.length))
      expect(kept.length).toBeGreaterThanOrEqual(3)
      const again = after.open('run', { id: 'later' }, { takeOver: true })
      expect(await appendTo(after, again, facts.slice(again.lastSeq))).toBeUndefined()
      expect(await after.read('run')).toEqual(facts)
    },
  )
})

describe('an append of many runs to sqlite', () => {
  it('is synced once', async () => {
    const on = countingDisk()
    const store = durableStores[0]!.open(join(newFolder(), 'runs'), {}, on)
    const ids = Array.from({ length: 50 }, (_, index) => `run-${index}`)
    const runs = await Promise.all(ids.map((id) => toldAtLength(id, 5)))
    const journals = ids.map((id) => store.create(id, owner))
    await store.append(journals.map((journal, index) => ({ journal, facts: runs[index]!.slice(0, 2) })))
    const { syncs } = on.counted
    await store.append(journals.map((journal, index) => ({ journal, facts: runs[index]!.slice(2) })))
    expect(on.counted.syncs - syncs).toBe(1)
  })
})
