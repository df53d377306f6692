import { DagmarError, memoryStore, type Owner, type RunFact, type Store } from 'dagmar'
import { ConformanceError, storeConformance, type StoreUnderTest } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { thisProcess } from '../../src/stores/durable/owner.ts'
import { emptyShelves, type Shelves, textStore } from './text-store.ts'

const memory: StoreUnderTest = { name: 'the store in memory', makeStore: memoryStore }

/** The shelves of a text store, for another one over the same. */
const shelvesOf = new WeakMap<Store, Shelves>()

const text: StoreUnderTest = {
  name: 'a store of text',
  makeStore: () => {
    const shelves = emptyShelves()
    const store = textStore(shelves)
    shelvesOf.set(store, shelves)
    return store
  },
  reopen: (store) => textStore(shelvesOf.get(store)!),
}

describe.each([memory, text])('$name', (tried) => {
  for (const { name, run } of storeConformance(tried)) {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect
    it(name, run)
  }
})

type Change = (store: Store) => Partial<Store>

/** A text store that is otherwise in some respect, and whose like opens what it keeps. */
function broken(change: Change): StoreUnderTest {
  const make = (shelves: Shelves): Store => {
    const store = textStore(shelves)
    shelvesOf.set(store, shelves)
    const changed = { ...store, ...change(store) }
    shelvesOf.set(changed, shelves)
    return changed
  }
  return {
    name: 'broken',
    makeStore: () => make(emptyShelves()),
    reopen: (store) => make(shelvesOf.get(store)!),
  }
}

/** Its facts are read in another way. */
const reading =
  (change: (facts: readonly RunFact[], from: number) => readonly RunFact[]): Change =>
  (store) => ({
    read: async (runId, options = {}) => change(await store.read(runId, options), options.from ?? 1),
  })

/** A store that writes whatever it is given. */
const writesAll =
  (shelve: (lines: string[], facts: readonly RunFact[]) => void): Change =>
  (store) => {
    const { lines } = shelvesOf.get(store)!
    return {
      append: ([...groups]) => {
        for (const { journal, facts } of groups) {
          const kept = lines.get(journal.runId) ?? []
          shelve(kept, facts)
          lines.set(journal.runId, kept)
        }
      },
    }
  }

/** The case whose name has these words finds the fault. */
async function expectCaught(tried: StoreUnderTest, caught: string): Promise<void> {
  const cases = storeConformance(tried).filter(({ name }) => name.includes(caught))
  expect(cases).toHaveLength(1)
  await expect(cases[0]!.run()).rejects.toBeInstanceOf(Error)
}

describe('the store conformance', () => {
  it.each<readonly [what: string, caught: string, Change]>([
    [
      'begins a journal somewhere else',
      'begins the journal',
      (store) => ({
        create: (runId, owner) => ({ ...store.create(runId, owner), lastSeq: 1 }),
      }),
    ],
    ['loses the last fact', 'as they were told', reading((facts) => facts.slice(0, -1))],
    ['mixes up the order', 'as they were told', reading((facts) => facts.toReversed())],
    [
      'forgets what an output holds',
      'as they were told',
      reading((facts) => facts.map((fact) => ('output' in fact ? { ...fact, output: null } : fact))),
    ],
    [
      'cuts long texts',
      'takes many facts, long ones',
      reading((facts) =>
        facts.map((fact) => ('message' in fact ? { ...fact, message: fact.message.slice(0, 65_536) } : fact)),
      ),
    ],
    [
      'lets a second run take an id',
      'refuses to create a run that it has',
      (store) => ({
        create: (runId, owner) => {
          try {
            return store.create(runId, owner)
          } catch {
            return store.open(runId, owner)
          }
        },
      }),
    ],
    [
      'calls a run that exists by another code',
      'refuses to create a run that it has',
      (store) => ({
        create: (runId, owner) => {
          try {
            return store.create(runId, owner)
          } catch {
            throw new DagmarError('RUN_UNKNOWN', { message: 'no' })
          }
        },
      }),
    ],
    [
      'opens what it does not have',
      'does not open a run',
      (store) => ({
        open: (runId, owner) => {
          try {
            return store.open(runId, owner)
          } catch {
            return store.create(runId, owner)
          }
        },
      }),
    ],
    [
      'opens a run at its beginning',
      'opens a run where its facts end',
      (store) => ({
        open: (runId, owner) => ({ ...store.open(runId, owner), lastSeq: 0 }),
      }),
    ],
    [
      'has no fences',
      'opened a run before another owner',
      (store) => {
        const { fences } = shelvesOf.get(store)!
        return {
          append: (groups) =>
            store.append(
              groups.map((group) => ({
                ...group,
                journal: { ...group.journal, fence: fences.get(group.journal.runId) } as never,
              })),
            ),
        }
      },
    ],
    [
      'gives a run to anybody',
      'whose owner is alive, and',
      (store) => ({ open: (runId, owner) => store.open(runId, owner, { takeOver: true }) }),
    ],
    [
      'does not say whose a run is',
      'another pid namespace',
      (store) => ({
        open: (runId, owner, options) => {
          try {
            return store.open(runId, owner, options)
          } catch {
            throw new DagmarError('RUN_OWNED', { message: 'no' })
          }
        },
      }),
    ],
    ...['process is gone', 'later process', 'earlier life'].map(
      (caught): readonly [what: string, caught: string, Change] => [
        'waits for the dead',
        caught,
        (store) => {
          const { owners } = shelvesOf.get(store)!
          return {
            open: (runId, owner, options) => {
              const holder = owners.get(runId)
              if (holder !== undefined) owners.set(runId, { id: holder.id })
              return store.open(runId, owner, options)
            },
          }
        },
      ],
    ),
    [
      'looks for processes of other namespaces in its own',
      'another pid namespace',
      (store) => ({
        create: (runId, owner, options) =>
          store.create(
            runId,
            { ...owner, process: { ...owner.process!, pidNamespace: thisProcess().pidNamespace } },
            options,
          ),
      }),
    ],
    [
      'gives no run away',
      'from an owner that is alive, which',
      (store) => ({ open: (runId, owner) => store.open(runId, owner) }),
    ],
    [
      'keeps settled runs for their owner',
      'opens a settled run',
      (store) => {
        const holders = new Map<string, Owner>()
        return {
          create: (runId, owner, options) => {
            holders.set(runId, owner)
            return store.create(runId, owner, options)
          },
          open: (runId, owner, options) => {
            if (holders.get(runId)?.id !== owner.id) throw new DagmarError('RUN_OWNED', { message: 'no' })
            return store.open(runId, owner, options)
          },
        }
      },
    ],
    ['closes and keeps its runs', 'belong to nobody', () => ({ close: () => undefined })],
    ['releases nothing', 'its owner has released', () => ({ release: () => undefined })],
    [
      'lets anybody release a run',
      'when an earlier one releases it',
      (store) => ({
        release: ({ runId }) => {
          shelvesOf.get(store)!.owners.delete(runId)
        },
      }),
    ],
    [
      'takes no notice of keys',
      'one run have an idempotency key',
      (store) => ({ create: (runId, owner) => store.create(runId, owner) }),
    ],
    [
      'lets gaps pass',
      'do not follow the last one',
      writesAll((lines, facts) => {
        lines.push(...facts.map((fact) => JSON.stringify(fact)))
      }),
    ],
    [
      'keeps what comes before a gap',
      'do not follow the last one',
      (store) => ({
        append: async (groups) => {
          const answers = await Promise.all(
            groups.flatMap(({ journal, facts }) =>
              facts.map(async (fact) => {
                const [answer] = (await store.append([{ journal, facts: [fact] }])) ?? []
                return { journal, answer }
              }),
            ),
          )
          return groups.map(
            ({ journal }) =>
              answers.find((one) => one.journal === journal && one.answer !== undefined)?.answer,
          )
        },
      }),
    ],
    [
      'refuses all groups for one',
      'takes no other with it',
      (store) => ({
        append: async (groups) => {
          const answers = (await store.append(groups)) ?? []
          const refusal = answers.find((answer) => answer !== undefined)
          return groups.map(() => refusal)
        },
      }),
    ],
    [
      'answers out of order',
      'takes no other with it',
      (store) => ({
        append: async (groups) => ((await store.append(groups)) ?? []).toReversed(),
      }),
    ],
    [
      'answers for one group only',
      'many journals at once',
      (store) => ({
        append: async (groups) => ((await store.append(groups)) ?? []).slice(0, 1),
      }),
    ],
    [
      'answers by yes and no',
      'as they were told',
      (store) => ({
        append: async (groups) =>
          ((await store.append(groups)) ?? []).map((answer) => (answer === undefined) as never),
      }),
    ],
    [
      'answers before anything is written',
      'as they were told',
      (store) => ({
        append: (groups) => {
          void store.append(groups)
        },
      }),
    ],
    [
      'reads from the fact after',
      'from any fact on',
      reading((facts, from) => facts.filter(({ seq }) => seq > from || from === 1)),
    ],
    [
      'reads without a limit',
      'from any fact on',
      (store) => ({
        read: (runId, { from = 1 } = {}) => store.read(runId, { from }),
      }),
    ],
    [
      'gives away its own list',
      'as he likes',
      (store) => {
        const lists = new Map<string, Promise<readonly RunFact[]>>()
        return {
          read: (runId, options) => {
            const list = lists.get(runId) ?? store.read(runId, options)
            lists.set(runId, list)
            return list
          },
        }
      },
    ],
    [
      'makes up facts of a run that is not there',
      'reads nothing of a run',
      (store) => ({
        read: async (runId, options) => {
          const facts = await store.read(runId, options)
          return facts.length > 0 ? facts : store.read('another')
        },
      }),
    ],
    [
      'shows half of an append',
      'while somebody appends',
      (store) => {
        const { lines } = shelvesOf.get(store)!
        return {
          append: async (groups) => {
            const before = groups.map(({ journal: { runId } }) => lines.get(runId) ?? [])
            for (const [index, { journal, facts }] of groups.entries()) {
              lines.set(journal.runId, [
                ...before[index]!,
                ...facts.slice(1).map((fact) => JSON.stringify(fact)),
              ])
            }
            await Promise.resolve()
            for (const [index, { journal }] of groups.entries()) lines.set(journal.runId, before[index]!)
            return (await store.append(groups)) ?? []
          },
        }
      },
    ],
    [
      'lists the earliest first',
      'the latest first',
      (store) => ({
        runs: async (query) => (await store.runs(query)).toReversed(),
      }),
    ],
    [
      'asks for one label only',
      'the latest first',
      (store) => ({
        runs: ({ labels = {}, ...query } = {}) =>
          store.runs({ ...query, labels: Object.fromEntries(Object.entries(labels).slice(0, 1)) }),
      }),
    ],
    [
      'takes a part of a name',
      'the latest first',
      (store) => ({
        runs: async ({ name = '', ...query } = {}) =>
          (await store.runs(query)).filter((run) => run.name.startsWith(name)).slice(0, query.limit),
      }),
    ],
    [
      'counts what does not fit against the limit',
      'the latest first',
      (store) => ({
        runs: async ({ status, ...query } = {}) =>
          (await store.runs({ ...query, limit: Math.min(query.limit ?? 3, 3) })).filter(
            (run) => status === undefined || run.status === status,
          ),
      }),
    ],
    [
      'keeps the summary of the first fact',
      'the summary of its facts',
      (store) => ({
        runs: async (query) => (await store.runs(query)).map((run) => ({ ...run, seq: 1 })),
      }),
    ],
    [
      'takes no notice of capital letters',
      'look alike',
      (store) => ({
        create: (runId, owner, options) => store.create(runId.toLowerCase(), owner, options),
      }),
    ],
    [
      'does not close',
      'may be closed',
      () => ({
        close: () => Promise.reject(new ConformanceError('it will not')),
      }),
    ],
  ])('finds the fault of a store that %s', async (_, caught, change) => {
    await expectCaught(broken(change), caught)
  })

  it.each<readonly [what: string, caught: string, trim: (store: Store) => NonNullable<Store['trim']>]>([
    [
      'trims a fact too many',
      'drops no fact after the last that may go',
      (store) => (journal, upTo) => store.trim!(journal, upTo + 1),
    ],
    ['trims nothing', 'grow for ever', () => () => undefined],
    [
      'trims for everybody',
      'for whoever has lost the journal',
      (store) =>
        ({ runId }, upTo) => {
          const journal = store.open(runId, { id: 'whoever' }, { takeOver: true })
          return store.trim!(journal, upTo)
        },
    ],
  ])('finds the fault of a store that %s', async (_, caught, trim) => {
    const makeStore = (): Store => {
      const store = memoryStore()
      return { ...store, trim: trim(store) }
    }
    await expectCaught({ name: 'broken', makeStore }, caught)
  })

  it.each<readonly [what: string, caught: string, reopen: NonNullable<StoreUnderTest['reopen']>]>([
    ['forgets', 'closed and opened again', () => textStore(emptyShelves())],
    [
      'has fences of its own',
      'fenced one',
      (store) => textStore({ ...shelvesOf.get(store)!, fences: new Map([['shared', 0]]) }),
    ],
  ])('finds the fault of a store that %s when it is opened again', async (_, caught, reopen) => {
    await expectCaught({ ...text, reopen }, caught)
  })

  it.each<readonly [unknown, said: string]>([
    [undefined, 'is undefined'],
    [memoryStore(), 'is a store itself'],
    [{ makeStore: memoryStore }, 'name is undefined, but it must be a text'],
    [{ name: 'x', makeStore: memoryStore() }, 'makeStore is an object, but it must be a function'],
    [{ ...memory, reopen: 1 }, 'reopen is 1, but it must be a function'],
    [{ ...memory, patienceMs: 1 }, "unknown field 'patienceMs'"],
  ])('refuses what is no store under test: %#', (tried, said) => {
    expect(() => storeConformance(tried as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(said) }),
    )
  })
})
