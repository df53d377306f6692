import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { journal } from 'dagmar/journal'
import { sqlite } from 'dagmar/sqlite'
import { describe, expect, it } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { factsOfAgents } from '../../src/testing/conformance/store/told-run.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }
const seqsOf = (facts: readonly { readonly seq: number }[]): readonly number[] => facts.map(({ seq }) => seq)
const upFrom = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('the files of the journal of agents', () => {
  it('do not become more with each process that has it', async () => {
    const folder = newFolder()
    const facts = factsOfAgents(400)
    for (let at = 0; at < facts.length; at += 10) {
      const store = journal(folder)
      const opened = at === 0 ? store.create(agentsJournal, owner) : store.open(agentsJournal, owner)
      await store.append([{ journal: opened, facts: facts.slice(at, at + 10) }])
      await store.trim!(opened, at)
      await store.close()
    }
    expect(readdirSync(folder).length).toBeLessThanOrEqual(5)
    expect(await journal(folder).runs()).toEqual([])
  })

  it('say the same where a process has died before it dropped those that count no more, and go with the next', async () => {
    const folder = newFolder()
    const store = journal(folder)
    const facts = factsOfAgents(30)
    const opened = store.create(agentsJournal, owner)
    const old = join(folder, '%2eagents.2.ndjson')
    const copy = join(folder, 'copy')
    await store.append([{ journal: opened, facts: facts.slice(0, 10) }])
    await store.trim!(opened, 1)
    await store.append([{ journal: opened, facts: facts.slice(10, 20) }])
    copyFileSync(old, copy)
    await store.trim!(opened, 10)
    await store.append([{ journal: opened, facts: facts.slice(20) }])
    await store.trim!(opened, 20)
    expect(existsSync(old)).toBe(false)
    copyFileSync(copy, old)
    const other = journal(folder)
    expect(seqsOf(await other.read(agentsJournal))).toEqual(upFrom(21, 30))
    await store.release(opened)
    const again = other.open(agentsJournal, { id: 'other' })
    expect(again.lastSeq).toBe(30)
    await other.append([{ journal: again, facts: factsOfAgents(40).slice(30) }])
    await other.trim!(again, 30)
    expect(seqsOf(await other.read(agentsJournal))).toEqual(upFrom(31, 40))
    expect(existsSync(old)).toBe(false)
  })
})

describe('a database', () => {
  it('does not grow with facts about agents that are dropped', async () => {
    const path = join(newFolder(), 'runs.db')
    const store = sqlite(path, { durability: 'normal' })
    const opened = store.create(agentsJournal, owner)
    const facts = factsOfAgents(40_000)
    for (let at = 0; at < facts.length; at += 1_000) {
      await store.append([{ journal: opened, facts: facts.slice(at, at + 1_000) }])
      await store.trim!(opened, at)
    }
    await store.close()
    // All of them take 3.6 MB.
    expect(statSync(path).size).toBeLessThan(500_000)
  })
})

describe.each(durableStores)('$name', ({ open }) => {
  it('gives a slow reader all facts that are left, though many were dropped since he began', async () => {
    const store = open(join(newFolder(), 'kept'), { durability: 'normal' })
    const opened = store.create(agentsJournal, owner)
    const facts = factsOfAgents(3_000)
    for (let at = 0; at < facts.length; at += 2) {
      await store.append([{ journal: opened, facts: facts.slice(at, at + 2) }])
      if (at === 2_200 || at === 2_600) await store.trim!(opened, 1)
    }
    const reading = store.read(agentsJournal)
    await store.trim!(opened, 2_700)
    const read = seqsOf(await reading)
    expect(read[0]).toBeLessThanOrEqual(2_701)
    expect(read).toEqual(upFrom(read[0]!, 3_000))
    await store.close()
  })
})
