import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JobSpec } from '../../src/jobs/spec.ts'
import { JobTable, type KeptJob } from '../../src/jobs/supervisor/job-table.ts'
import { noTasks } from '../../src/events/task-view.ts'
import { connect } from '../../src/stores/sqlite/driver.ts'
import { newFolder } from '../stores/folders.ts'
import { dispatchCommand, type TestHome, withHome } from './test-home.ts'

/** All that lies in the state directory once its supervisor has gone. */
function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

/** How many bytes lie there after so many more jobs of one command that writes nothing. */
async function bytesAfter(home: TestHome, count: number): Promise<number> {
  const jobs = await home.connect()
  const all = await Promise.all(Array.from({ length: count }, () => dispatchCommand(jobs, home, 'true')))
  for (const job of all) expect((await job.settled()).status).toBe('completed')
  // What has settled is packed in the background.
  await expect.poll(() => waitingIn(join(home.path, 'runs.db')), { timeout: 20_000 }).toBe(0)
  await jobs.stop()
  await expect.poll(() => home.supervisors, { timeout: 20_000 }).toEqual([])
  return bytesIn(home.path)
}

function waitingIn(path: string): unknown {
  const looking = connect(path)
  const waiting = looking.prepare('SELECT count(*) AS runs FROM unpacked').get()?.['runs']
  looking.close()
  return waiting
}

const spec: JobSpec = {
  version: 1,
  id: '261126-113754-a2f5',
  name: 'release',
  project: 'web',
  labels: { team: 'Zürich' },
  dispatchedAt: 1_795_692_000_000,
  definition: { name: 'release', tasks: { build: { run: 'make' } } } as unknown as JobSpec['definition'],
  answers: { build: ['a\nb'] },
  cwd: '/home/me',
  umask: 18,
}
const { id, name, project, labels, dispatchedAt } = spec
const about = { id, name, project, labels, dispatchedAt }
const settled: NonNullable<KeptJob['settled']> = {
  ...about,
  status: 'failed',
  total: 2,
  progress: 0.5,
  message: 'it broke',
  settledAt: 1_795_692_001_000,
  counts: { ...noTasks(), completed: 1, failed: 1 },
}
const never = (sentence: string): never => {
  throw new Error(sentence)
}

describe('a stored job', () => {
  it('takes less than 2 kB if it was one command without output', { timeout: 120_000 }, async () => {
    await withHome(async (home) => {
      const few = 20
      const before = await bytesAfter(home, few)
      const more = 100
      expect(((await bytesAfter(home, more)) - before) / more).toBeLessThan(1_750)
    })
  })

  it('is the same when it is settled, opened again, and settled once more', async () => {
    const path = join(newFolder(), 'jobs.db')
    const open: KeptJob = { spec, environment: 'abc', isHeld: true, place: 12, settled: undefined }
    const ended: KeptJob = { spec, environment: '', isHeld: false, place: 12, settled }
    for (const kept of [open, ended, open, ended]) {
      const table = new JobTable(path)
      await table.put(kept)
      table.close()
      const again = new JobTable(path)
      expect(again.all(never)).toEqual([kept])
      again.close()
    }
    const table = new JobTable(path)
    await table.remove([spec.id])
    expect(table.all(never)).toEqual([])
    table.close()
  })

  it('is found in a table of the first version', () => {
    const path = join(newFolder(), 'jobs.db')
    const before = connect(path)
    before.exec(
      `CREATE TABLE job (id TEXT PRIMARY KEY, spec TEXT NOT NULL, environment TEXT NOT NULL,
       held INTEGER NOT NULL, settled TEXT) WITHOUT ROWID; PRAGMA user_version = 1`,
    )
    const add = before.prepare('INSERT INTO job VALUES (?, ?, ?, ?, ?)')
    const later: JobSpec = { ...spec, id: '261126-113755-0001' }
    const { status, total, progress, message, settledAt } = settled
    const end = { status, total, progress, message, settledAt, counts: { completed: 1, failed: 1 } }
    add.run(spec.id, JSON.stringify(spec), '', 0, JSON.stringify(end))
    add.run(later.id, JSON.stringify(later), 'abc', 1, null)
    before.close()
    for (const round of ['brought up to date', 'opened again']) {
      const table = new JobTable(path)
      expect([round, ...table.all(never)]).toEqual([
        round,
        { spec, environment: '', isHeld: false, place: 0, settled },
        { spec: later, environment: 'abc', isHeld: true, place: 0, settled: undefined },
      ])
      table.close()
    }
  })
})
