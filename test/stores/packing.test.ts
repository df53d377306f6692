import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime, dag, type RunFact, type Store } from 'dagmar'
import { sqlite } from 'dagmar/sqlite'
import { describe, expect, it } from 'vitest'
import { connect, type Connection, type SqliteDriver } from '../../src/stores/sqlite/driver.ts'
import { thisProcess } from '../../src/stores/durable/owner.ts'
import { toldAtLength, toldRun } from '../../src/testing/conformance/store/told-run.ts'
import { drivers } from './drivers.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }
const other = { id: 'other' }

async function append(
  store: Store,
  facts: readonly RunFact[],
  atOnce = 3,
  journal = store.create(facts[0]!.runId, owner),
): Promise<void> {
  for (let at = 0; at < facts.length; at += atOnce) {
    const group = { journal, facts: facts.slice(at, at + atOnce) }
    expect((await store.append([group]))?.[0]).toBeUndefined()
  }
}

/** It happens in the background: looked at until nothing is left to pack, and the room is given back. */
async function packed(path: string, driver: SqliteDriver): Promise<void> {
  const looking = connect(path, driver)
  const end = performance.now() + 10_000
  const sparePages = 16
  while (
    numberIn(looking, 'SELECT count(*) FROM unpacked') > 0 ||
    numberIn(looking, 'PRAGMA freelist_count') > sparePages
  ) {
    if (performance.now() > end) throw new Error('it was not packed')
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
  looking.close()
}

function numberIn(connection: Connection, sql: string): number {
  return Number(Object.values(connection.prepare(sql).get()!)[0])
}

function looseRows(path: string, driver: SqliteDriver): number {
  const looking = connect(path, driver)
  const rows = numberIn(looking, 'SELECT count(*) FROM facts')
  looking.close()
  return rows
}

/** A database as the first version of it was, written by that one. */
function firstVersion(driver: SqliteDriver): {
  readonly path: string
  readonly facts: ReadonlyMap<string, unknown[]>
} {
  const path = join(newFolder(), 'runs')
  const database = connect(path, driver)
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL')
  database.exec(readFileSync(new URL('version-1.sql', import.meta.url), 'utf8'))
  const facts = new Map<string, unknown[]>()
  const rows = database.prepare(
    'SELECT id, lines FROM facts JOIN runs ON runs.key = run ORDER BY run, facts.seq',
  )
  for (const { id, lines } of rows.all()) {
    const told = String(lines)
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    facts.set(String(id), [...(facts.get(String(id)) ?? []), ...told])
  }
  database.close()
  return { path, facts }
}

describe.each(drivers)('settled runs, with %s', (driver) => {
  it('are packed, and read as they were told, from wherever on', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    const facts = await toldRun('run')
    await append(store, facts)
    await packed(path, driver)
    expect(looseRows(path, driver)).toBe(0)
    expect(await store.read('run')).toEqual(facts)
    for (const [from, limit] of [
      [1, 2],
      [2, 1],
      [4, 3],
      [facts.length, 9],
      [facts.length + 1, 1],
    ] as const) {
      expect(await store.read('run', { from, limit })).toEqual(facts.slice(from - 1, from - 1 + limit))
    }
    await store.close()
    const again = sqlite(path, { driver })
    expect(await again.read('run')).toEqual(facts)
    await again.close()
  })

  it('take less than half the room', async () => {
    const sizes = [0, 200].map(async (runs) => {
      const path = join(newFolder(), 'runs')
      const store = sqlite(path, { driver })
      const runtime = createRuntime({ store, concurrency: 32 })
      const one = dag('one').task('only', async () => 'done')
      await Promise.all(Array.from({ length: runs }, () => runtime.run(one)))
      await runtime.shutdown()
      await packed(path, driver)
      await store.close()
      return statSync(path).size
    })
    const [none, all] = await Promise.all(sizes)
    // 1.8 kB as they are appended.
    expect((all! - none!) / 200).toBeLessThan(700)
  })

  it('of many facts are packed by and by, those that are not settled never', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    const ended = [...(await toldRun('ended'))]
    const open = await toldAtLength('open', 40)
    await append(store, open)
    const begun = ended.slice(0, -1)
    const last = begun.at(-1)!
    // Each is a row of its own, and incompressible enough to fill several packed ones.
    for (let index = 0; index < 400; index++) {
      const message = `${index} ${'abcdefghij'.repeat(200)}`
      const seq = last.seq + index + 1
      begun.push({
        seq,
        at: last.at,
        runId: 'ended',
        type: 'task.warned',
        taskId: 'second',
        attempt: 1,
        message,
      })
    }
    begun.push({ ...ended.at(-1)!, seq: begun.at(-1)!.seq + 1 })
    await append(store, begun, 20)
    await packed(path, driver)
    expect(looseRows(path, driver)).toBe(14)
    expect(await store.read('ended')).toEqual(begun)
    expect(await store.read('ended', { from: 137, limit: 50 })).toEqual(begun.slice(136, 186))
    expect(await store.read('open')).toEqual(open)
    await store.close()
  })

  it('keep what is too long for it as it is, and what comes after that', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    const facts = [...(await toldRun('run'))]
    const at = facts.findIndex(({ type }) => type === 'task.completed')
    const long = facts[at] as Extract<RunFact, { type: 'task.completed' }>
    facts[at] = { ...long, output: 'x'.repeat(1_500_000) }
    await append(store, facts, 1)
    await packed(path, driver)
    expect(looseRows(path, driver)).toBe(facts.length - at)
    expect(await store.read('run')).toEqual(facts)
    await store.close()
  })

  it('go on when they are opened again, and are packed anew', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    const facts = await toldRun('run', { ends: 'failed' })
    await append(store, facts)
    await packed(path, driver)
    const journal = store.open('run', other)
    const { seq, at } = facts.at(-1)!
    const more: readonly RunFact[] = [
      { seq: seq + 1, at, runId: 'run', type: 'run.redriven', tasks: ['second'] },
      { seq: seq + 2, at, runId: 'run', type: 'run.failed' },
    ]
    await append(store, more.slice(0, 1), 1, journal)
    // It belongs to whoever has opened it again.
    expect(() => store.open('run', owner)).toThrow(expect.objectContaining({ code: 'RUN_OWNED' }))
    expect(await store.read('run')).toEqual([...facts, more[0]])
    await append(store, more.slice(1), 1, journal)
    await packed(path, driver)
    expect(looseRows(path, driver)).toBe(0)
    expect(await store.read('run', { from: seq })).toEqual([facts.at(-1), ...more])
    await store.close()
  })

  it('can be read while another process packs them', async () => {
    const path = join(newFolder(), 'runs')
    const reader = sqlite(path, { driver })
    const facts = [...(await toldRun('run'))]
    const end = facts.pop()!
    const from = facts.length
    for (let index = 0; index < 1_500; index++) {
      const message = String(index).padEnd(1_000, '.')
      const { at, seq } = facts.at(-1)!
      facts.push({
        seq: seq + 1,
        at,
        runId: 'run',
        type: 'task.warned',
        taskId: 'second',
        attempt: 1,
        message,
      })
    }
    facts.push({ ...end, seq: facts.length + 1 })
    const writer = sqlite(path, { driver })
    const journal = writer.create('run', owner)
    await append(writer, facts.slice(0, -1), 7, journal)
    // The reader has a part of it when the last fact comes, from which on it is packed.
    const reading = reader.read('run')
    await append(writer, facts.slice(-1), 1, journal)
    const readings = [reading]
    while (numberOfUnpacked(path, driver) > 0) {
      readings.push(reader.read('run', { from }))
      await readings.at(-1)
    }
    const [first, ...others] = await Promise.all(readings)
    expect(first).toEqual(facts.slice(0, first!.length))
    for (const told of others) expect(told).toEqual(facts.slice(from - 1))
    expect(others.length).toBeGreaterThan(0)
    await reader.close()
    await writer.close()
  })

  it('are dropped with what was packed of them', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    for (const id of ['first', 'second']) await append(store, await toldRun(id))
    await packed(path, driver)
    await store.forget!(['first'])
    await append(store, await toldRun('first', { at: 9_000 }))
    await packed(path, driver)
    expect(await store.read('first')).toEqual(await toldRun('first', { at: 9_000 }))
    const looking = connect(path, driver)
    const rows = 'SELECT count(*) FROM packed'
    while (numberIn(looking, rows) > 2) await new Promise((resolve) => setImmediate(resolve))
    expect(numberIn(looking, 'SELECT count(*) FROM owners')).toBe(0)
    looking.close()
    await store.close()
  })

  it('say what of them is damaged', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    await append(store, await toldRun('run'))
    const facts = await toldRun('whole')
    await append(store, facts)
    await packed(path, driver)
    const database = connect(path, driver)
    database.exec(
      "UPDATE packed SET lines = x'00ff' || substr(lines, 3) WHERE key = (SELECT min(key) FROM packed)",
    )
    await expect(store.read('run')).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      facts: { runId: 'run', seq: 1 },
    })
    expect(await store.read('whole')).toEqual(facts)
    database.exec('DELETE FROM packed')
    await expect(store.read('whole')).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    database.close()
    await store.close()
  })

  it('stay as they are where they are damaged before', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    const journal = store.create('run', owner)
    const facts = await toldRun('run')
    await append(store, facts.slice(0, -1), 4, journal)
    const database = connect(path, driver)
    database.exec("UPDATE facts SET lines = replace(lines, 'task', 'tusk') WHERE seq = 5")
    await append(store, facts.slice(-1), 1, journal)
    await packed(path, driver)
    expect(await store.read('run', { limit: 4 })).toEqual(facts.slice(0, 4))
    await expect(store.read('run')).rejects.toMatchObject({ code: 'STORE_DAMAGED', facts: { seq: 5 } })
    database.close()
    await store.close()
  })
})

describe.each(drivers)('a database of the first version, with %s', (driver) => {
  it('has all its runs after it was brought up to date', async () => {
    const { path, facts } = firstVersion(driver)
    const store = sqlite(path, { driver })
    await packed(path, driver)
    expect([...facts.keys()]).toEqual(['.agents', 'one-task', 'with-an-agent', 'redriven', 'open'])
    for (const [id, told] of facts) expect(await store.read(id)).toEqual(told)
    expect((await store.runs()).map(({ runId, status, seq }) => [runId, status, seq])).toEqual([
      ['open', 'running', 7],
      ['redriven', 'completed', 21],
      ['with-an-agent', 'completed', 8],
      ['one-task', 'completed', 8],
    ])
    expect((await store.runs({ labels: { team: 'a' } })).length).toBe(1)
    await store.close()
  })

  it('keeps the owners of the runs that are open', async () => {
    const { path } = firstVersion(driver)
    const database = connect(path, driver)
    const living = JSON.stringify({ process: thisProcess(), id: 'living' })
    database.prepare('UPDATE runs SET owner = ? WHERE id = ?').run(living, 'open')
    database.close()
    const store = sqlite(path, { driver })
    expect(() => store.open('open', owner)).toThrow(expect.objectContaining({ code: 'RUN_OWNED' }))
    expect(store.open('open', owner, { takeOver: true }).lastSeq).toBe(7)
    expect(() => store.open('open', other)).toThrow(expect.objectContaining({ code: 'RUN_OWNED' }))
    await store.close()
  })

  it('goes on with a run that was open', async () => {
    const { path } = firstVersion(driver)
    const store = sqlite(path, { driver })
    const runtime = createRuntime({ store })
    const open = dag('open').task('question', async (context) => context.ask('Go on?'))
    const run = await runtime.recover('open', { dag: open })
    const asked = new Promise<void>((resolve) => {
      run.events$.subscribe(({ type }) => type === 'task.asked' && resolve())
    })
    await asked
    run.answer('question', 'yes')
    expect((await run.result).status).toBe('completed')
    await runtime.shutdown()
    await store.close()
  })
})

function numberOfUnpacked(path: string, driver: SqliteDriver): number {
  const looking = connect(path, driver)
  const runs = numberIn(looking, 'SELECT count(*) FROM unpacked')
  looking.close()
  return runs
}
