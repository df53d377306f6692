import type { DagmarError } from '../../../errors/dagmar-error.ts'
import type { Journal, Owner, OwnerProcess, Store } from '../../../ports/store.ts'
import { thisProcess } from '../../../stores/durable/owner.ts'
import { demand } from '../carried-out.ts'
import type { AddStoreCase } from './journal-cases.ts'
import { answersTo, append, appendRefused, demandFacts, demandThrown, keep, owners } from './store-bench.ts'
import { toldRun } from './told-run.ts'

const [first, second] = owners
const here = thisProcess()
/** Above all numbers that a system gives to processes. */
const noPid = 2 ** 30

const dead: readonly (readonly [how: string, process: OwnerProcess])[] = [
  ['whose process is gone', { ...here, pid: noPid }],
  ['whose number is that of a later process', { ...here, start: 1 }],
  ['of an earlier life of the system', { ...here, bootId: 'another' }],
]

/** Cases about who owns a run, and who may take it. */
export function addOwnerCases(add: AddStoreCase, canReopen: boolean): void {
  add('refuses to open a run whose owner is alive, and the owner goes on', async ({ store }) => {
    const facts = await toldRun('owned')
    const journal = await keep(store, facts.slice(0, 4))
    demandOwned(store, 'owned', second)
    await append(store, journal, facts.slice(4))
    demandFacts(await store.read('owned'), facts, 'after somebody else tried to open it')
  })
  add('lets a run be taken from an owner that is alive, which can write nothing more', async ({ store }) => {
    const facts = await toldRun('taken')
    const before = await keep(store, facts.slice(0, 4))
    const after = store.open('taken', second, { takeOver: true })
    await appendRefused(store, before, facts.slice(4), 'what came from who lost the run')
    demandOwned(store, 'taken', first)
    await append(store, after, facts.slice(4))
    demandFacts(await store.read('taken'), facts, 'after it was taken over')
  })
  add('opens a settled run, whoever has settled it', async ({ store }) => {
    const facts = await toldRun('settled')
    await keep(store, facts)
    const { lastSeq } = store.open('settled', second)
    demand(lastSeq === facts.length, `its last fact has the seq ${lastSeq}, not ${facts.length}`)
  })
  addReleaseCases(add)
  addKeyCases(add)
  if (canReopen) addProcessCases(add)
}

/** For stores that several processes share. */
function addProcessCases(add: AddStoreCase): void {
  for (const [how, process] of dead) {
    // Without /proc there is the number alone.
    if (here.start === null && process.pid !== noPid) continue
    add(`opens a run at once after an owner ${how}`, async ({ store }) => {
      const facts = await toldRun('orphan')
      await keep(store, facts.slice(0, 4), { id: 'dead', process })
      await append(store, store.open('orphan', second), facts.slice(4))
      demandFacts(await store.read('orphan'), facts, 'after it was opened anew')
    })
  }
  if (here.pidNamespace === null) return
  add('takes an owner in another pid namespace for alive', async ({ store }) => {
    const elsewhere = { id: 'elsewhere', process: { ...here, pid: noPid, pidNamespace: 'pid:[1]' } }
    await keep(store, (await toldRun('far')).slice(0, 4), elsewhere)
    demandOwned(store, 'far', second, elsewhere)
  })
  add('has runs that belong to nobody once it is closed', async (bench) => {
    const facts = await toldRun('closed')
    await keep(bench.store, facts.slice(0, 4))
    const other = await bench.reopen!()
    demandOwned(other, 'closed', second, { id: first.id, process: here })
    await bench.store.close()
    await append(other, other.open('closed', second), facts.slice(4))
    await other.close()
  })
}

function addReleaseCases(add: AddStoreCase): void {
  add('opens a run that its owner has released', async ({ store }) => {
    const facts = await toldRun('released')
    await store.release(await keep(store, facts.slice(0, 4)))
    await append(store, store.open('released', second), facts.slice(4))
    demandFacts(await store.read('released'), facts, 'after it was released and opened')
  })
  add('leaves a run to its owner when an earlier one releases it', async ({ store }) => {
    const facts = await toldRun('late')
    const before = await keep(store, facts.slice(0, 4))
    const after = store.open('late', second, { takeOver: true })
    await store.release(before)
    demandOwned(store, 'late', first)
    await append(store, after, facts.slice(4))
  })
}

function addKeyCases(add: AddStoreCase): void {
  add('lets one run have an idempotency key', async ({ store }) => {
    const [facts, others] = await Promise.all([
      toldRun('one', { idempotencyKey: 'order 7' }),
      toldRun('other', { idempotencyKey: 'order 7' }),
    ])
    const journal = store.create('one', first, { idempotencyKey: 'order 7' })
    await append(store, journal, facts)
    const refusal = await refusalOf(async () => {
      const other = store.create('other', second, { idempotencyKey: 'order 7' })
      return (await answersTo(store, [{ journal: other, facts: others.slice(0, 1) }]))[0]
    })
    demandThrown('KEY_TAKEN', () => raise(refusal), 'a second run with the key')
    const named = (refusal as DagmarError).facts['runId']
    demand(named === 'one', `the refusal names the run ${String(named)}, not the one that has the key`)
    const different = await toldRun('different', { idempotencyKey: 'order 8' })
    await append(store, store.create('different', first, { idempotencyKey: 'order 8' }), different)
  })
}

function demandOwned(store: Store, runId: string, by: Owner, named?: Owner): void {
  let refusal: unknown
  try {
    store.open(runId, by) satisfies Journal
  } catch (thrown) {
    refusal = thrown
  }
  demand(refusal !== undefined, 'a run was opened whose owner is alive')
  demandThrown('RUN_OWNED', () => raise(refusal), 'opening a run whose owner is alive')
  if (named === undefined) return
  const { owner } = (refusal as DagmarError).facts as { readonly owner?: Owner }
  const isNamed = owner?.id === named.id && owner.process?.pid === named.process?.pid
  demand(isNamed, 'the error does not name the owner in its facts')
}

async function refusalOf(act: () => Promise<Error | undefined>): Promise<unknown> {
  try {
    return await act()
  } catch (thrown) {
    return thrown
  }
}

function raise(thrown: unknown): never {
  throw thrown
}
