import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sqlite, sqliteClaims } from 'dagmar/sqlite'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/stores/sqlite/driver.ts'
import { toldAtLength } from '../../src/testing/conformance/store/told-run.ts'
import { drivers } from './drivers.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }

describe.each(drivers)('a database that another one writes to, with %s', (driver) => {
  it('is waited for, while everything else goes on', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver })
    const other = connect(path, driver)
    other.exec('BEGIN IMMEDIATE')
    const facts = await toldAtLength('run', 3)
    const answers: unknown[] = []
    const appended = Promise.resolve(store.append([{ journal: store.create('run', owner), facts }])).then(
      (said) => answers.push(said),
    )
    const turns = { count: 0 }
    const end = performance.now() + 60
    while (performance.now() < end) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      turns.count += 1
    }
    expect(answers).toEqual([])
    expect(turns.count).toBeGreaterThan(50)
    expect(await store.read('run')).toEqual([])
    other.exec('ROLLBACK TRANSACTION')
    await appended
    expect(answers).toEqual([[undefined]])
    expect(await store.read('run')).toEqual(facts)
    other.close()
    await store.close()
  })

  it('is waited for no longer than lockTimeout, and free again it takes the facts', async () => {
    const path = join(newFolder(), 'runs')
    const store = sqlite(path, { driver, lockTimeout: 30 })
    const other = connect(path, driver)
    const facts = await toldAtLength('run', 3)
    const journal = store.create('run', owner)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.append([{ journal, facts }])).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('locked'),
    })
    expect(() => store.open('run', owner)).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
    other.exec('ROLLBACK TRANSACTION')
    expect(await store.append([{ journal, facts }])).toEqual([undefined])
    other.close()
    await store.close()
  })
})

describe.each(drivers)('the version of a database, with %s', (driver) => {
  it('is refused where it is a later one, and the database stays as it is', async () => {
    const path = join(newFolder(), 'runs')
    await sqlite(path, { driver }).close()
    const database = connect(path, driver)
    database.exec('PRAGMA user_version = 99')
    database.close()
    expect(() => sqlite(path, { driver })).toThrow(
      expect.objectContaining({ code: 'STORE_NEWER', facts: { path, version: 99, known: 3 } }),
    )
  })

  it('is not looked for in databases of other programs', () => {
    const path = join(newFolder(), 'runs')
    const database = connect(path, driver)
    database.exec('CREATE TABLE songs (name TEXT)')
    database.close()
    expect(() => sqlite(path, { driver })).toThrow(
      expect.objectContaining({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('another program'),
      }),
    )
  })

  it('is not enough: what has lost a table is refused with the path', async () => {
    const path = join(newFolder(), 'runs')
    await sqlite(path, { driver }).close()
    const database = connect(path, driver)
    database.exec('DROP TABLE facts; DROP TABLE claims')
    database.close()
    const refused = expect.objectContaining({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/runs could not be opened: no such table/),
    })
    expect(() => sqlite(path, { driver })).toThrow(refused)
    expect(() => sqliteClaims(path, { driver })).toThrow(refused)
  })

  it('is made by one of many who open a new one at once', async () => {
    const path = join(newFolder(), 'deep', 'er', 'runs')
    const stores = Array.from({ length: 5 }, () => sqlite(path, { driver }))
    for (const store of stores) expect(await store.runs()).toEqual([])
    for (const store of stores) await store.close()
    expect(existsSync(path)).toBe(true)
  })
})

describe('the options of sqlite', () => {
  it.each([
    ['', {}, "sqlite's path is ''"],
    [':memory:', {}, "sqlite's path is ':memory:'"],
    [7, {}, "sqlite's path is 7"],
    ['x', { durability: 'ful' }, "durability is 'ful', but it must be one of full, normal"],
    ['x', { keep: { run: 3 } }, "keep has an unknown field 'run'"],
    ['x', { keep: { runs: -1 } }, 'keep.runs is -1'],
    ['x', { keep: { days: Number.NaN } }, 'keep.days is NaN'],
    ['x', { driver: 'better-sqlite3' }, "driver is 'better-sqlite3'"],
    ['x', { lockTimeout: 'long' }, "lockTimeout is 'long'"],
    ['x', { durabilty: 'full' }, "unknown field 'durabilty'"],
  ])('are refused: %j %j', (path, options, said) => {
    expect(() => sqlite(path as never, options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(said) }),
    )
    expect(existsSync('x')).toBe(false)
  })
})
