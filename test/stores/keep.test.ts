import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime, dag, type Store, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { toldAtLength, toldRun } from '../../src/testing/conformance/store/told-run.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }
const dayMs = 86_400_000

async function keepRun(store: Store, runId: string, at: number, key?: string): Promise<void> {
  const about = key === undefined ? {} : { idempotencyKey: key }
  const facts = await toldRun(runId, { at, ...about })
  await store.append([{ journal: store.create(runId, owner, about), facts }])
}

/** What is dropped is dropped in the background: looked at until it is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it has not come about')
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

const idsIn = async (store: Store): Promise<readonly string[]> =>
  (await store.runs()).map(({ runId }) => runId)

describe.each(durableStores)('what $name keeps', ({ name, open }) => {
  it('is the last settled runs, and all that are not settled', async () => {
    const store = open(join(newFolder(), 'runs'), { keep: { runs: 3 } })
    const begun = await toldAtLength('not settled', 4)
    await store.append([{ journal: store.create('not settled', owner), facts: begun }])
    for (let index = 0; index < 12; index++) await keepRun(store, `run-${index}`, 10_000 + index * 1_000)
    await until(async () => (await idsIn(store)).length <= 4)
    expect(await idsIn(store)).toEqual(['run-11', 'run-10', 'run-9', 'not settled'])
    expect(await store.read('run-3')).toEqual([])
    expect((await store.read('run-9')).length).toBeGreaterThan(5)
    expect((await store.read('not settled')).length).toBe(4)
    await store.close()
  })

  it('is what settled within so many days', async () => {
    const path = join(newFolder(), 'runs')
    const before = open(path)
    const now = Date.now()
    for (const days of [0, 1, 2, 3, 4]) await keepRun(before, `${days} days ago`, now - days * dayMs)
    await before.close()
    const store = open(path, { keep: { days: 2.5 } })
    await until(async () => (await idsIn(store)).length <= 3)
    expect(await idsIn(store)).toEqual(['0 days ago', '1 days ago', '2 days ago'])
    await store.close()
  })

  it('leaves ids and keys of what it has dropped to others', async () => {
    const store = open(join(newFolder(), 'runs'), { keep: { runs: 1 } })
    await keepRun(store, 'first', 1_000, 'order 7')
    await keepRun(store, 'second', 2_000)
    await until(async () => (await idsIn(store)).length === 1)
    await keepRun(store, 'first', 3_000, 'order 7')
    expect(await store.read('first')).toEqual(
      await toldRun('first', { at: 3_000, idempotencyKey: 'order 7' }),
    )
    await store.close()
  })

  it.each([
    ['and is no more', false],
    ['and whose id another one has', true],
  ])('refuses a redrive of a run that was dropped meanwhile %s', async (_, isTaken) => {
    const store = open(join(newFolder(), 'runs'), { keep: { runs: 1 } })
    const runtime = createRuntime({ store })
    const failing = dag('failing').task('a', async () => {
      throw new Error('no')
    })
    const first = runtime.dispatch(failing, { id: 'first' })
    await first.result
    await runtime.dispatch(failing, { id: 'second' }).result
    await until(async () => (await idsIn(store)).length === 1)
    if (isTaken) await keepRun(store, 'first', 1_000)
    const again = await first.redrive()
    expect(again.failure).toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining("no run 'first'"),
    })
    await runtime.shutdown()
    await store.close()
  })

  it('takes no room for what it has dropped', async () => {
    const path = join(newFolder(), 'runs')
    const store = open(path, { keep: { runs: 2 }, durability: 'normal' })
    const size = (): number => (name === 'journal' ? readdirSync(path).length : statSync(path).size)
    for (let index = 0; index < 40; index++) await keepBig(store, `run-${index}`, 1_000 + index)
    await until(async () => (await idsIn(store)).length === 2)
    // 40 runs of 200 kB were there. What is in the log goes into the database when the last one closes it.
    await until(async () => {
      await open(path).close()
      return size() < (name === 'journal' ? 4 : 1_500_000)
    })
    expect(await idsIn(store)).toEqual(['run-39', 'run-38'])
    await store.close()
  })
})

async function keepBig(store: Store, runId: string, at: number): Promise<void> {
  const clock = new SimulatedClock(at)
  const told: unknown[] = []
  const runtime = createRuntime({ clock })
  const run = runtime.dispatch(
    dag('big').task('a', async () => 'x'.repeat(200_000)),
    { id: runId },
  )
  run.events$.subscribe((fact) => {
    if ('seq' in fact) told.push(fact)
  })
  await clock.advanceAsync(0)
  await run.result
  await store.append([{ journal: store.create(runId, owner), facts: told as never }])
}
