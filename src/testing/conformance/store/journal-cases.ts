import { demand } from '../carried-out.ts'
import {
  answersTo,
  append,
  appendRefused,
  demandFacts,
  demandThrown,
  keep,
  owners,
  type StoreBench,
} from './store-bench.ts'
import { toldRun } from './told-run.ts'

export type AddStoreCase = (name: string, run: (bench: StoreBench) => Promise<void>) => void

const [first, second] = owners

/** Cases about writing: who may append what, and what an append leaves behind. */
export function addJournalCases(add: AddStoreCase): void {
  add('begins the journal of a new run with nothing in it', async ({ store }) => {
    const journal = store.create('new', first)
    demand(journal.runId === 'new', `the journal is that of ${journal.runId}`)
    demand(journal.lastSeq === 0, `its last fact has the seq ${journal.lastSeq}, not 0`)
    demandFacts(await store.read('new'), [], 'before the first append')
  })
  add('gives back the facts of a run as they were told, in order', async ({ store }) => {
    const facts = await toldRun('told')
    await keep(store, facts)
    demandFacts(await store.read('told'), facts, 'after they were appended')
  })
  add('refuses to create a run that it has, and the first one goes on', async ({ store }) => {
    const facts = await toldRun('twice')
    const journal = store.create('twice', first)
    await append(store, journal, facts.slice(0, 2))
    await refuseToCreate(store, 'twice', second)
    await append(store, journal, facts.slice(2))
    await refuseToCreate(store, 'twice', first)
    demandFacts(await store.read('twice'), facts, 'after a second run with the id was refused')
  })
  add('does not open a run that it does not have', async ({ store }) => {
    demandThrown('RUN_UNKNOWN', () => store.open('nobody', first), 'opening a run that is not there')
  })
  add('opens a run where its facts end, and goes on from there', async ({ store }) => {
    const facts = await toldRun('open')
    await keep(store, facts.slice(0, 4))
    const journal = store.open('open', first)
    demand(journal.runId === 'open', `the journal is that of ${journal.runId}`)
    demand(journal.lastSeq === 4, `its last fact has the seq ${journal.lastSeq}, not 4`)
    await append(store, journal, facts.slice(4))
    demandFacts(await store.read('open'), facts, 'after the run was opened again')
  })
  for (const [whom, next] of [
    ['another owner', second],
    ['the same owner', first],
  ] as const) {
    add(`refuses what is appended by who opened a run before ${whom} opened it`, async ({ store }) => {
      const facts = await toldRun('fenced')
      const before = await keep(store, facts.slice(0, 2))
      const after = store.open('fenced', next, { takeOver: true })
      await appendRefused(store, before, facts.slice(2, 3), 'what came from the earlier opener')
      await append(store, after, facts.slice(2, 4))
      await appendRefused(
        store,
        before,
        facts.slice(4),
        'what fits the journal but came from the earlier opener',
      )
      await append(store, after, facts.slice(4))
      demandFacts(await store.read('fenced'), facts, 'after the earlier opener was refused')
    })
  }
  addGapCases(add)
  addGroupCases(add)
}

async function refuseToCreate(
  store: StoreBench['store'],
  runId: string,
  owner: (typeof owners)[number],
): Promise<void> {
  const other = await toldRun(runId, { name: 'another' })
  let journal: ReturnType<typeof store.create>
  try {
    journal = store.create(runId, owner)
  } catch (thrown) {
    demandThrown('RUN_EXISTS', () => raise(thrown), 'creating a run that is there')
    return
  }
  const [refusal] = await answersTo(store, [{ journal, facts: other.slice(0, 1) }])
  demand(refusal !== undefined, 'a second run with the same id was begun')
  demandThrown('RUN_EXISTS', () => raise(refusal), 'the first append to a run that is there')
}

function raise(thrown: unknown): never {
  throw thrown
}

function addGapCases(add: AddStoreCase): void {
  add('refuses facts that do not follow the last one, and keeps none of them', async ({ store }) => {
    const facts = await toldRun('gaps')
    const journal = await keep(store, facts.slice(0, 3))
    await appendRefused(store, journal, facts.slice(4), 'what leaves a gap')
    await appendRefused(store, store.open('gaps', first), facts.slice(2), 'what repeats the last fact')
    await appendRefused(store, store.open('gaps', first), facts.slice(0, 1), 'what begins from the start')
    const reordered = [facts[3]!, facts[5]!, facts[4]!]
    await appendRefused(store, store.open('gaps', first), reordered, 'what is out of order')
    const holed = [facts[3]!, facts[4]!, facts[6]!]
    await appendRefused(store, store.open('gaps', first), holed, 'what has a gap within')
    await append(store, store.open('gaps', first), facts.slice(3))
    demandFacts(await store.read('gaps'), facts, 'after gaps were refused')
  })
  add('refuses a new run that does not begin with its first fact', async ({ store }) => {
    const facts = await toldRun('late')
    await appendRefused(
      store,
      store.create('late', first),
      facts.slice(1),
      'what begins with the second fact',
    )
  })
}

function addGroupCases(add: AddStoreCase): void {
  add('appends to many journals at once', async ({ store }) => {
    const runs = await Promise.all(['one', 'two', 'three'].map((runId) => toldRun(runId)))
    const journals = runs.map(([created]) => store.create(created!.runId, first))
    for (let at = 0; at < runs[0]!.length; at += 4) {
      const groups = runs.map((facts, index) => ({
        journal: journals[index]!,
        facts: facts.slice(at, at + 4),
      }))
      const refusal = (await answersTo(store, groups)).find((answer) => answer !== undefined)
      demand(refusal === undefined, `a group of several was refused: ${refusal?.message}`)
    }
    for (const facts of runs) {
      demandFacts(await store.read(facts[0]!.runId), facts, 'after appends to several journals')
    }
  })
  add('answers for each group: one that is refused takes no other with it', async ({ store }) => {
    const ids = ['sound', 'as sound', 'holed', 'fenced']
    const runs = await Promise.all(ids.map((runId) => toldRun(runId)))
    const journals = await Promise.all(runs.map((facts) => keep(store, facts.slice(0, 2))))
    store.open('fenced', second, { takeOver: true })
    const next = runs.map((facts, index) => facts.slice(ids[index] === 'holed' ? 3 : 2, 5))
    const answers = await answersTo(
      store,
      next.map((facts, index) => ({ journal: journals[index]!, facts })),
    )
    for (const [index, id] of ids.entries()) {
      const isSound = index < 2
      const said = answers[index] === undefined ? 'safe' : `refused (${answers[index].message})`
      demand(
        (answers[index] === undefined) === isSound,
        `the group of the run '${id}' was answered as ${said}`,
      )
      const kept = runs[index]!.slice(0, isSound ? 5 : 2)
      demandFacts(await store.read(id), kept, `after an append in which two groups were refused, in '${id}',`)
    }
  })
}
