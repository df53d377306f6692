import { existsSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { seeded } from '../../src/chance/seeded.ts'
import { CrashedRun, type Death, type StoreName } from './crashed-run.ts'

/** `npm run crash` asks for 500. */
const atRandom = Number(process.env['DAGMAR_CRASHES'] ?? 30)
const seed = Number(process.env['DAGMAR_CRASH_SEED'] ?? 1)
const stores: readonly StoreName[] = ['sqlite', 'journal']

describe.runIf(existsSync('/proc/self/environ')).each(stores)(
  'a coordinator over %s that is killed',
  (store) => {
    it(
      'at random instants loses nothing that was completed, repeats none of it and leaves no process',
      async () => {
        const chance = seeded(seed)
        let crashes = 0
        for (let run = 0; crashes < atRandom; run++) {
          const crashed = new CrashedRun({ store, seed: seed * 1_000 + run })
          const deaths = Array.from({ length: 6 }, (): Death => {
            if (chance() < 0.7) return { afterMs: 60 + Math.floor(chance() * 500) }
            return { append: 1 + Math.floor(chance() * 12), dies: chance() < 0.5 ? 'before' : 'after' }
          })
          expect(await crashed.through(deaths)).toEqual([])
          crashes += crashed.crashes
        }
        process.stdout.write(`${crashes} crashes over ${store}, seed ${seed}\n`)
      },
      20_000 + atRandom * 4_000,
    )

    it('before or after any of its appends loses, repeats and leaves nothing either', async () => {
      // A command, a handler, and an attempt that fails.
      const small = { store, seed: 3, mostTasks: 3 }
      const whole = new CrashedRun(small)
      expect(await whole.through([])).toEqual([])
      expect(whole.appends).toBeGreaterThan(8)
      for (let append = 1; append <= whole.appends; append++) {
        for (const dies of ['before', 'after'] as const) {
          expect([append, dies, await new CrashedRun(small).through([{ append, dies }])]).toEqual([
            append,
            dies,
            [],
          ])
        }
      }
    }, 300_000)
  },
)

describe.runIf(existsSync('/proc/self/environ')).each(stores)(
  'a coordinator over %s that is stopped',
  (store) => {
    it('can write nothing once another has taken its run over, and says so', async () => {
      const run = new CrashedRun({ store, seed: 5 })
      try {
        const first = run.start(undefined)
        await vi.waitFor(async () => expect((await run.facts()).length).toBeGreaterThan(8), 10_000)
        first.signal('SIGSTOP')
        const refused = await run.start(undefined).end
        expect(refused.complained).toContain('RUN_OWNED')
        const second = await run.start(undefined, { TAKES_OVER: 'yes' }).end
        expect(second.said).toMatch(/^completed /)
        const facts = await run.facts()
        first.signal('SIGCONT')
        const { code, said } = await first.end
        expect(said).toMatch(/^failed .*opened by somebody else/)
        expect(code).toBe(0)
        expect(await run.facts()).toEqual(facts)
      } finally {
        run.remove()
      }
    }, 120_000)
  },
)
