import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Claimed } from 'dagmar'
import { sqliteClaims } from 'dagmar/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { connect } from '../../src/stores/sqlite/driver.ts'
import { drivers } from './drivers.ts'
import { newFolder } from './folders.ts'

const request = (taskId: string, ownerId = 'one') => ({
  key: `run/${taskId}`,
  runId: 'run',
  taskId,
  attempt: 1,
  agentId: 'ada',
  owner: { id: ownerId },
})

describe.each(drivers)('claims in SQLite with %s', (driver) => {
  it('wait beside for another process that writes, and answer at once otherwise', async () => {
    const path = join(newFolder(), 'claims.db')
    const claims = sqliteClaims(path, { driver })
    const first = claims.claim(request('a'))
    expect(first).toEqual({ key: 'run/a', fence: 1 })
    const writer = connect(path, driver)
    writer.exec('BEGIN IMMEDIATE')
    const waiting = claims.claim(request('b'))
    const releasing = claims.release(first as Claimed, 'completed')
    expect(waiting).toBeInstanceOf(Promise)
    expect(claims.holds(first as Claimed)).toBe(true)
    writer.exec('COMMIT')
    writer.close()
    expect(await waiting).toEqual({ key: 'run/b', fence: 2 })
    await releasing
    expect(claims.holds(first as Claimed)).toBe(false)
    claims.close()
  })

  it('fail once `lockTimeout` is over', async () => {
    const path = join(newFolder(), 'claims.db')
    const claims = sqliteClaims(path, { driver, lockTimeout: 10 })
    const writer = connect(path, driver)
    writer.exec('BEGIN IMMEDIATE')
    await expect(claims.claim(request('a'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    writer.close()
    claims.close()
  })

  it('forget how a task has ended after `keep`', async () => {
    const claims = sqliteClaims(join(newFolder(), 'claims.db'), { driver, keep: '1h' })
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_000)
    try {
      await claims.release((await claims.claim(request('a'))) as Claimed, 'completed')
      now.mockReturnValue(3_601_000)
      await claims.release((await claims.claim(request('b'))) as Claimed, 'failed')
      expect(await claims.claim(request('a', 'two'))).toMatchObject({ ended: 'completed' })
      now.mockReturnValue(3_601_001)
      await claims.release((await claims.claim(request('c'))) as Claimed, 'failed')
      expect(await claims.claim(request('a', 'two'))).toMatchObject({ fence: 4 })
      expect(await claims.claim(request('b', 'two'))).toMatchObject({ ended: 'failed' })
    } finally {
      now.mockRestore()
      claims.close()
    }
  })

  it('never give a fence twice, though claims are given back and the file is opened anew', async () => {
    const path = join(newFolder(), 'claims.db')
    const fences: number[] = []
    for (let round = 0; round < 3; round++) {
      const claims = sqliteClaims(path, { driver })
      const claimed = (await claims.claim(request('a'))) as Claimed
      fences.push(claimed.fence)
      await claims.release(claimed)
      claims.close()
    }
    expect(fences).toEqual([1, 2, 3])
  })
})

describe('sqliteClaims', () => {
  it('refuses what is no database, no path, and no option', () => {
    const path = join(newFolder(), 'claims.db')
    writeFileSync(path, 'no database at all, and long enough to be taken for one'.repeat(50))
    expect(() => sqliteClaims(path)).toThrow(expect.objectContaining({ code: 'STORE_DAMAGED' }))
    expect(() => sqliteClaims(':memory:')).toThrow("sqliteClaims's path is")
    expect(() => sqliteClaims('x.db', { wait: 1 } as never)).toThrow("sqliteClaims' options object")
    expect(() => sqliteClaims('x.db', { keep: 'long' as never })).toThrow('keep')
  })
})
