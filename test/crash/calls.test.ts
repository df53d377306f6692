import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { seeded } from '../../src/chance/seeded.ts'
import { CrashedRun, type StoreName } from './crashed-run.ts'
import { canTrace, type FatalCall, fatalCallsIn, sameEachTime, tracedInto } from './traced.ts'

/** Of each kind of call, so many are died at. `npm run crash` asks for all of them. */
const mostOfEach = Number(process.env['DAGMAR_CRASH_CALLS'] ?? 4)
const stores: readonly StoreName[] = ['sqlite', 'journal']

describe.skipIf(!canTrace).each(stores)('a coordinator over %s that is killed between two calls', (store) => {
  it(
    'loses, repeats and leaves nothing, and gives what it gives without',
    async () => {
      // A command, a handler, and an attempt that fails.
      const small = { store, seed: 119, mostTasks: 3 }
      const folder = mkdtempSync(join(tmpdir(), 'dagmar-calls-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const log = join(folder, 'calls')
      const whole = new CrashedRun(small)
      expect(await whole.lives((program) => tracedInto(log, program), sameEachTime)).toEqual([])
      const deaths = fatalCallsIn(log, whole.folder).flatMap((same) => evenly(same, mostOfEach))
      const chance = seeded(1)
      let crashes = 0
      const dieAt = async (death: FatalCall, index: number, lane: number): Promise<void> => {
        // Whoever recovers the run may die, too.
        const next = deaths[Math.floor(chance() * deaths.length)]!
        const crashed = new CrashedRun({ ...small, lane })
        const problems = await crashed.through(index % 3 === 0 ? [death, next] : [death])
        expect([death, next, problems]).toEqual([death, next, []])
        expect(crashed.outputs).toEqual(whole.outputs)
        crashes += crashed.crashes
      }
      const left = deaths.entries()
      const rest = async (lane: number): Promise<void> => {
        for (const [index, death] of left) await dieAt(death, index, lane)
      }
      await Promise.all([rest(1), rest(2)])
      process.stdout.write(`${crashes} crashes over ${store} at ${deaths.length} calls\n`)
      // The last calls of a process come in another number at times.
      expect(crashes).toBeGreaterThan(deaths.length * 0.8)
    },
    120_000 + mostOfEach * 20_000,
  )
})

/** So many of them at most, with the first and the last. */
function evenly<Item>(all: readonly Item[], most: number): readonly Item[] {
  if (all.length <= most) return all
  return Array.from({ length: most }, (_, index) => all[Math.round((index * (all.length - 1)) / (most - 1))]!)
}
