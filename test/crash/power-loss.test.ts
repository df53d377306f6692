import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Store } from 'dagmar'
import { journal } from 'dagmar/journal'
import { sqlite } from 'dagmar/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { seeded } from '../../src/chance/seeded.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'
import type { StoreName } from './crashed-run.ts'
import { LossyDisk } from './lossy-disk.ts'
import { changesIn } from './read-trace.ts'
import { canTrace, sameEachTime, writtenDown } from './traced.ts'

const stores: Readonly<Record<StoreName, (path: string) => Store>> = { sqlite, journal }
const child = fileURLToPath(new URL('power-child.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dagmar-power-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What is left of a change that was not synced: none, all, or as chance has it. */
const ways = ['loses', 'keeps', 'keeps some of'] as const

describe.skipIf(!canTrace).each(['sqlite', 'journal'] as const)(
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
        else if (chance() > 0.012) continue
        for (const way of ways) {
          const left = join(folder, `${name}-${++losses}`)
          disk.leaveIn(left, () => way === 'keeps' || (way === 'keeps some of' && chance() < 0.5))
          expect([losses, way, await missing(stores[name], left, noted)]).toEqual([losses, way, []])
          rmSync(left, { recursive: true })
        }
      }
      expect(noted.at(-1)).toBe('closed')
      process.stdout.write(`${losses} losses of power under ${name}\n`)
    }, 120_000)
  },
)

/** What was noted, and is not in the store that is left. */
async function missing(
  open: (path: string) => Store,
  left: string,
  noted: readonly string[],
): Promise<readonly string[]> {
  const store = open(join(left, 'new', 'folder', 'store'))
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
