import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Store } from 'dagmar'
import { journal } from 'dagmar/journal'
import { sqlite, sqliteClaims, type SqliteClaims } from 'dagmar/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { seeded } from '../../src/chance/seeded.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { LossyDisk } from './lossy-disk.ts'
import { changesIn } from './read-trace.ts'
import { canTrace, sameEachTime, writtenDown } from './traced.ts'

/** What was noted, and is not in what is left at a path. */
const missing = {
  sqlite: (path: string, noted: readonly string[]) => missingIn(sqlite(path), noted),
  journal: (path: string, noted: readonly string[]) => missingIn(journal(path), noted),
  claims: async (path: string, noted: readonly string[]) => missingClaims(sqliteClaims(path), noted),
}
const child = fileURLToPath(new URL('power-child.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dagmar-power-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is left of a change that was not synced: none, all, or as chance has it. */
const ways = ['loses', 'keeps', 'keeps some of', 'keeps the length of'] as const

describe.skipIf(!canTrace).each(['sqlite', 'journal', 'claims'] as const)(
  'a machine under %s that loses its power',
  (name) => {
    it('has lost nothing that anything was done about, whatever it loses of what was not synced', async () => {
      const top = join(folder, name)
      mkdirSync(top)
      const log = join(folder, `${name}.log`)
      const [file, ...args] = writtenDown(log, [process.execPath, child])
      const env = {
        ...process.env,
        ...sameEachTime,
        DIST: dirname(builtDagmar()),
        STORE: name,
        // In folders that are new, too.
        PATH_OF_STORE: join(top, 'new', 'folder', 'store'),
        NOTES: join(folder, `${name}.notes`),
        // So many that the log of the database is full once, and begun anew.
        RUNS: name === 'sqlite' ? '5' : '2',
      }
      const { status, stderr } = spawnSync(file, args, { env, encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
      const disk = new LossyDisk()
      const noted: string[] = []
      const chance = seeded(3)
      let losses = 0
      for (const change of changesIn(log, top, env.NOTES, disk)) {
        if (change.noted !== undefined) noted.push(...change.noted.trim().split('\n'))
        else if (chance() > (name === 'sqlite' ? 0.012 : 0.2)) continue
        for (const way of ways) {
          const left = join(folder, `${name}-${++losses}`)
          disk.leaveIn(
            left,
            () => way === 'keeps' || (way === 'keeps some of' && chance() < 0.5),
            way === 'keeps the length of',
          )
          expect([losses, way, await missing[name](join(left, 'new', 'folder', 'store'), noted)]).toEqual([
            losses,
            way,
            [],
          ])
          rmSync(left, { recursive: true })
        }
      }
      expect(noted.at(-1)).toBe('closed')
      process.stdout.write(`${losses} losses of power under ${name}\n`)
    }, 120_000)
  },
)

async function missingIn(store: Store, noted: readonly string[]): Promise<readonly string[]> {
  const known = new Set(['closed'])
  for (const { runId, settledAt, idempotencyKey } of await store.runs()) {
    if (settledAt !== undefined && idempotencyKey !== undefined) known.add(`${runId} settled`)
    const facts = await store.read(runId)
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_fact, index) => index + 1))
    for (const fact of facts) if (fact.type === 'task.starting') known.add(`${runId} ${fact.taskId}`)
  }
  await store.close()
  return noted.filter((what) => !known.has(what))
}

/** What has ended is given to nobody, and no fence is given twice. */
function missingClaims(claims: SqliteClaims, noted: readonly string[]): readonly string[] {
  const left = noted.filter((what) => {
    const [taskId = '', said] = what.split(' ')
    const isLast = noted.findLast((other) => other.startsWith(`${taskId} `)) === what
    if (what === 'closed' || !isLast) return false
    const about = { key: `run/${taskId}`, runId: 'run', taskId, attempt: 1, agentId: 'bob' }
    const claimed = claims.claim({ ...about, owner: { id: 'second' } })
    const ended = 'ended' in claimed ? claimed.ended : undefined
    if (said === 'ended' || ended !== undefined) return ended !== 'completed'
    return !('fence' in claimed) || claimed.fence <= Number(said)
  })
  claims.close()
  return left
}
