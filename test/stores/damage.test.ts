import {
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DagmarError, fold, type RunFact, type Store } from 'dagmar'
import { journal, readJournal } from 'dagmar/journal'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/chance/seeded.ts'
import { toldAtLength, toldRun } from '../../src/testing/conformance/store/told-run.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }

async function keep(store: Store, facts: readonly RunFact[], atOnce = 3): Promise<void> {
  const opened = store.create(facts[0]!.runId, owner)
  for (let at = 0; at < facts.length; at += atOnce) {
    expect(
      (await store.append([{ journal: opened, facts: facts.slice(at, at + atOnce) }]))?.[0],
    ).toBeUndefined()
  }
}

/** Writes something else into a file, somewhere. */
function damage(path: string, random: () => number): string {
  const bytes = readFileSync(path)
  const at = Math.floor(random() * bytes.length)
  const how = Math.floor(random() * 3)
  if (how === 0) {
    truncateSync(path, at)
    return `cut at ${at}`
  }
  if (how === 1) bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8))
  else bytes.fill(0, at, at + Math.ceil(random() * 600))
  writeFileSync(path, bytes)
  return `${how === 1 ? 'a bit flipped' : 'zeros'} at ${at}`
}

describe.each(durableStores)('damaged files of $name', ({ open }) => {
  it('give the facts that were told, or fewer, or an error: never others', async () => {
    const source = newFolder()
    const facts = await toldAtLength('run', 120)
    const store = open(join(source, 'runs'))
    await keep(store, facts, 7)
    await keep(store, await toldRun('other'))
    await store.close()
    const random = seeded(7)
    let errors = 0
    for (let round = 0; round < 60; round++) {
      const copy = newFolder()
      const names = (readdirSync(source, { recursive: true }) as string[]).filter(
        (name) => name.endsWith('runs') || name.endsWith('.ndjson'),
      )
      const file = names.find((name) => name.endsWith('.ndjson')) === undefined ? 'runs' : 'runs/run.ndjson'
      const lay = open(join(copy, 'runs'))
      await lay.close()
      for (const name of names)
        if (statSync(join(source, name)).isFile()) copyFileSync(join(source, name), join(copy, name))
      const how = damage(join(copy, file), random)
      try {
        const damaged = open(join(copy, 'runs'))
        const read = await damaged.read('run')
        expect({ how, read }).toEqual({ how, read: facts.slice(0, read.length) })
        await damaged.runs()
        await damaged.close()
      } catch (thrown) {
        if (!(thrown instanceof DagmarError)) throw thrown
        expect(`${thrown.code} ${how}`).toMatch(/^STORE_(?:DAMAGED|UNAVAILABLE|NEWER) /)
        errors += 1
      }
    }
    expect(errors).toBeGreaterThan(10)
  })
})

const sqlites = durableStores.filter(({ name }) => name !== 'journal')

describe.each(sqlites)('a database of $name', ({ open }) => {
  /** What a crash leaves: a database, and a log with facts in it. */
  async function crashed(): Promise<{ readonly folder: string; readonly facts: readonly RunFact[] }> {
    const source = newFolder()
    const facts = await toldAtLength('run', 30)
    const store = open(join(source, 'runs'))
    await keep(store, facts, 5)
    const folder = newFolder()
    for (const name of ['runs', 'runs-wal', 'runs-shm']) copyFileSync(join(source, name), join(folder, name))
    await store.close()
    return { folder, facts }
  }

  const without = (folder: string, ...gone: readonly string[]): string => {
    const rest = newFolder()
    for (const name of readdirSync(folder)) {
      if (!gone.includes(name)) copyFileSync(join(folder, name), join(rest, name))
    }
    return join(rest, 'runs')
  }

  it('has all facts after a crash, with what is in its log', async () => {
    const { folder, facts } = await crashed()
    expect(await open(join(folder, 'runs')).read('run')).toEqual(facts)
  })

  it('has a prefix of them where its log is cut off, wherever that is', async () => {
    const { folder, facts } = await crashed()
    const size = statSync(join(folder, 'runs-wal')).size
    const random = seeded(3)
    const lengths = new Set<number>()
    for (let round = 0; round < 40; round++) {
      const path = without(folder, 'runs-shm')
      truncateSync(`${path}-wal`, Math.floor(random() * size))
      const store = open(path)
      const read = await store.read('run')
      expect(read).toEqual(facts.slice(0, read.length))
      expect(read.length % 5).toBe(0)
      lengths.add(read.length)
      await store.close()
    }
    expect(lengths.size).toBeGreaterThan(3)
  })

  it('is not begun anew while the log of another one lies there, which stays', async () => {
    const { folder } = await crashed()
    const path = without(folder, 'runs', 'runs-shm')
    const expected = expect.objectContaining({
      code: 'STORE_DAMAGED',
      problem: `The database ${path} is gone, but its log ${path}-wal is there, with facts in it.`,
    })
    expect(() => open(path)).toThrow(expected)
    expect(() => open(path)).toThrow(expected)
    copyFileSync(join(folder, 'runs'), path)
    expect(await open(path).read('run')).toHaveLength(30)
  })

  it('says that its log is gone', async () => {
    const { folder } = await crashed()
    const path = without(folder, 'runs-wal')
    expect(() => open(path)).toThrow(
      expect.objectContaining({
        code: 'STORE_DAMAGED',
        message: expect.stringContaining(`The log ${path}-wal is gone`),
      }),
    )
  })

  it('says that it was cut off', async () => {
    const folder = newFolder()
    const path = join(folder, 'runs')
    const store = open(path)
    await keep(store, await toldAtLength('run', 3_000), 100)
    await store.close()
    truncateSync(path, 16 * 1024)
    const read = async () => open(path).read('run')
    await expect(read()).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
  })

  it('says which fact is damaged, and gives those before', async () => {
    const path = join(newFolder(), 'runs')
    const store = open(path)
    const facts = await toldAtLength('run', 30)
    await keep(store, facts, 10)
    await store.close()
    writeFileSync(path, readFileSync(path, 'latin1').replace('warning 15', 'warning 51'), 'latin1')
    const damaged = open(path)
    await expect(damaged.read('run')).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      facts: { runId: 'run', seq: 11 },
    })
    expect(await damaged.read('run', { limit: 10 })).toEqual(facts.slice(0, 10))
    expect(await damaged.read('run', { from: 21 })).toEqual(facts.slice(20))
  })

  it('is not opened if it belongs to another program, or is none', () => {
    const path = join(newFolder(), 'runs')
    writeFileSync(path, 'Dear diary, today I have learned nothing. '.repeat(200))
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'STORE_DAMAGED' }))
    expect(readFileSync(path, 'utf8')).toContain('Dear diary')
  })
})

describe('a damaged journal', () => {
  async function written(length: number, atOnce: number) {
    const folder = newFolder()
    const facts = await toldAtLength('run', length)
    const store = journal(folder)
    await keep(store, facts, atOnce)
    await store.close()
    const path = join(folder, 'run.ndjson')
    return { folder, facts, path, text: readFileSync(path, 'utf8') }
  }

  it('goes on after the last whole append, wherever the last one was torn', async () => {
    const { folder, facts, path } = await written(10, 4)
    const bytes = readFileSync(path)
    const lines = bytes.toString().trimEnd().split('\n')
    // A line about the owner, ten facts, and a line that says that it was released.
    expect(lines).toHaveLength(12)
    const whole = Buffer.byteLength(lines.slice(0, 9).join('\n')) + 1
    const end = Buffer.byteLength(lines.slice(0, 11).join('\n'))
    const store = journal(folder, { durability: 'normal' })
    for (let size = whole; size <= end; size++) {
      rmSync(join(folder, 'run.2.ndjson'), { force: true })
      writeFileSync(path, bytes.subarray(0, size))
      const opened = store.open('run', { id: 'later' }, { takeOver: true })
      expect({ size, lastSeq: opened.lastSeq }).toEqual({ size, lastSeq: 8 })
      expect((await store.append([{ journal: opened, facts: facts.slice(8) }]))?.[0]).toBeUndefined()
      expect(await store.read('run')).toEqual(facts)
      expect(await readJournal(path)).toEqual(facts)
    }
    await store.close()
  })

  it('names the line that is damaged in its midst, and how to go on', async () => {
    const { folder, facts, path, text } = await written(12, 4)
    writeFileSync(path, text.replace('warning 7', 'warning 9'))
    const expected = expect.objectContaining({
      code: 'STORE_DAMAGED',
      problem: `The journal ${path} is damaged: line 8 is not what was written, and it is not the last one.`,
      hint: 'Facts 1 to 4 can be saved: they come before. To go on from there, cut the file: head -n 7.',
      facts: { path, line: 8, saved: 4 },
    })
    const store = journal(folder)
    await expect(store.read('run')).rejects.toEqual(expected)
    await expect(readJournal(path)).rejects.toEqual(expected)
    expect(() => store.open('run', { id: 'later' }, { takeOver: true })).toThrow(expected)
    expect(await readJournal(path, { limit: 4 })).toEqual(facts.slice(0, 4))
    expect(await store.runs()).toHaveLength(1)
    const cut = readFileSync(path, 'utf8').split('\n').slice(0, 7).join('\n')
    writeFileSync(path, `${cut}\n`)
    const opened = store.open('run', { id: 'later' }, { takeOver: true })
    expect(opened.lastSeq).toBe(4)
    await store.append([{ journal: opened, facts: facts.slice(4) }])
    expect(await store.read('run')).toEqual(facts)
  })

  it('is one whose first line is not its own', async () => {
    const { folder, path, text } = await written(12, 4)
    writeFileSync(path, text.replace('"fence":1', '"fence":2'))
    await expect(journal(folder).read('run')).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
      facts: { line: 1, saved: 0 },
    })
  })

  it('is none where somebody had opened it and the power took what he wrote first', async () => {
    const { folder, facts } = await written(12, 4)
    const opened = journal(folder).open('run', { id: 'later' }, { takeOver: true })
    expect(opened.lastSeq).toBe(12)
    const length = statSync(join(folder, 'run.2.ndjson')).size
    const second = join(folder, 'run.2.ndjson')
    const beginning = readFileSync(second, 'utf8').indexOf('\n') + 1
    for (const lost of [beginning, length]) {
      const left = readFileSync(second).fill(0, 0, lost)
      writeFileSync(second, left)
      expect(await journal(folder).read('run')).toEqual(facts)
    }
    const store = journal(folder)
    expect(store.open('run', { id: 'last' }, { takeOver: true }).lastSeq).toBe(12)
    expect(await store.read('run')).toEqual(facts)
  })

  it('is no other run, whatever the ids are like', async () => {
    const folder = join(newFolder(), 'runs')
    const store = journal(folder)
    const ids = [
      'a',
      'A',
      'a.2',
      'b/../a',
      'a/b',
      'ä',
      '%61',
      'a.',
      'keys',
      'x'.repeat(190),
      `${'x'.repeat(189)}y`,
    ]
    for (const id of ids) await keep(store, await toldAtLength(id, 3))
    for (const id of ids) expect((await store.read(id)).map(({ runId }) => runId)).toEqual([id, id, id])
    expect((await store.runs()).map(({ runId }) => runId).toSorted()).toEqual(ids.toSorted())
    expect(readdirSync(join(folder, '..')).filter((name) => name.endsWith('.ndjson'))).toEqual([])
  })
})

describe('the file of a run', () => {
  it('is lines of JSON, from which fold makes the run', async () => {
    const folder = newFolder()
    const facts = await toldRun('run')
    const store = journal(folder)
    await keep(store, facts)
    const lines = readFileSync(join(folder, 'run.ndjson'), 'utf8').trimEnd().split('\n')
    for (const line of lines) expect(JSON.parse(line)).toEqual(expect.any(Object))
    const read = await readJournal(join(folder, 'run.ndjson'))
    expect(fold(read)).toEqual(fold(facts))
  })
})
