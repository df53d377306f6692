import { agentsJournal } from '../../../events/agent-facts.ts'
import type { RunFact } from '../../../events/facts.ts'
import type { Journal, Store } from '../../../ports/store.ts'
import { demand } from '../carried-out.ts'
import type { AddStoreCase } from './journal-cases.ts'
import { append, appendRefused, demandFacts, owners } from './store-bench.ts'
import { factsOfAgents } from './told-run.ts'

/** Cases about dropping the first facts about agents, for stores that do. */
export function addTrimCases(add: AddStoreCase, canReopen: boolean): void {
  const addFor = (name: string, run: (bench: Trimming) => Promise<void>): void =>
    add(name, async ({ store, reopen }) => {
      // oxlint-disable-next-line typescript/unbound-method
      if (store.trim === undefined) return
      await run({ store, reopen, trim: async (journal, upTo) => store.trim!(journal, upTo) })
    })

  addFor('drops no fact after the last that may go, and counts on from the last one', async (bench) => {
    const { store, trim } = bench
    const facts = factsOfAgents(20)
    const journal = store.create(agentsJournal, owners[0])
    for (let at = 0; at < 16; at += 4) await append(store, journal, facts.slice(at, at + 4))
    for (const upTo of [0, 3, 4, 6, 15]) {
      await trim(journal, upTo)
      await demandLeft(store, facts.slice(0, 16), upTo)
    }
    await append(store, journal, facts.slice(16))
    await demandLeft(store, facts, 15)
    await store.release(journal)
    const { lastSeq } = store.open(agentsJournal, owners[1])
    demand(lastSeq === 20, `it is opened at fact ${lastSeq} after it was trimmed, not 20`)
  })
  addFor('does not let the facts about agents grow for ever, whoever has them', async ({ store, trim }) => {
    const facts = factsOfAgents(400)
    let journal: Journal | undefined
    for (let at = 0; at < facts.length; at += 10) {
      // At the end one owner has it for long.
      if (at % 40 === 0 && at < 200 && journal !== undefined) {
        await store.release(journal)
        journal = store.open(agentsJournal, owners[at % 80 === 0 ? 0 : 1])
      }
      journal ??= store.create(agentsJournal, owners[0])
      await append(store, journal, facts.slice(at, at + 10))
      await trim(journal, at)
      await demandLeft(store, facts.slice(0, at + 10), at)
    }
    const left = await store.read(agentsJournal)
    demand(left.length <= 40, `${left.length} facts are left of 400, of which 10 are needed`)
  })
  addFor('trims nothing for whoever has lost the journal', async ({ store, trim }) => {
    const facts = factsOfAgents(12)
    const before = store.create(agentsJournal, owners[0])
    await append(store, before, facts.slice(0, 4))
    await append(store, before, facts.slice(4, 8))
    const after = store.open(agentsJournal, owners[1], { takeOver: true })
    // It may say so, or not.
    await trim(before, 6).catch(() => undefined)
    demandFacts(await store.read(agentsJournal), facts.slice(0, 8), 'after who has lost it trimmed it')
    await appendRefused(store, before, facts.slice(8), 'what came from who lost the journal')
    await append(store, after, facts.slice(8))
    demandFacts(await store.read(agentsJournal), facts, 'of who has it')
  })
  addFor('reads all facts that are kept while it is trimmed', async ({ store, trim }) => {
    const facts = factsOfAgents(2_000)
    const journal = store.create(agentsJournal, owners[0])
    for (let at = 0; at < facts.length; at += 50) await append(store, journal, facts.slice(at, at + 50))
    for (let upTo = 99; upTo < 1_999; upTo += 100) {
      const [read] = await Promise.all([store.read(agentsJournal), trim(journal, upTo)])
      demandSuffix(read, facts, upTo)
    }
  })
  if (!canReopen) return
  addFor('is trimmed for every other store of the same', async ({ store, reopen, trim }) => {
    const facts = factsOfAgents(12)
    const journal = store.create(agentsJournal, owners[0])
    await append(store, journal, facts.slice(0, 4))
    await append(store, journal, facts.slice(4, 8))
    await trim(journal, 5)
    const other = await reopen!()
    await demandLeft(other, facts.slice(0, 8), 5)
    await append(store, journal, facts.slice(8))
    await demandLeft(other, facts, 5)
    await store.release(journal)
    const { lastSeq } = other.open(agentsJournal, owners[1])
    demand(lastSeq === 12, `another store opens it at fact ${lastSeq}, not 12`)
    await other.close()
    await store.close()
  })
}

interface Trimming {
  readonly store: Store
  readonly reopen: (() => Promise<Store>) | undefined
  readonly trim: (journal: Journal, upTo: number) => Promise<void>
}

/** All facts after `upTo`, from wherever they are read, and perhaps some before. */
async function demandLeft(store: Store, facts: readonly RunFact[], upTo: number): Promise<void> {
  const all = await store.read(agentsJournal)
  demandSuffix(all, facts, upTo)
  for (const from of [upTo + 1, facts.length]) {
    const some = await store.read(agentsJournal, { from })
    demandFacts(some, facts.slice(from - 1), `from ${from} on, trimmed up to ${upTo},`)
  }
  const two = await store.read(agentsJournal, { from: upTo + 1, limit: 2 })
  demandFacts(two, facts.slice(upTo, upTo + 2), `two from ${upTo + 1} on, trimmed up to ${upTo},`)
}

function demandSuffix(read: readonly RunFact[], facts: readonly RunFact[], upTo: number): void {
  demand(read.length >= facts.length - upTo, `${read.length} facts are left, of ${facts.length - upTo}`)
  demandFacts(read, facts.slice(facts.length - read.length), `trimmed up to ${upTo}`)
}
