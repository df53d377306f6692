import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CrashedSupervisor } from './crashed-supervisor.ts'

/** `npm run crash:jobs` asks for 200. */
const atRandom = Number(process.env['DAGMAR_JOB_CRASHES'] ?? 30)
const seed = Number(process.env['DAGMAR_CRASH_SEED'] ?? 1)

describe.runIf(existsSync('/proc/self/environ'))('a supervisor that is killed at random instants', () => {
  it(
    'loses nothing that has settled, repeats none of it, leaves no process, and all its jobs settle',
    async () => {
      const crashed = new CrashedSupervisor(seed)
      try {
        await crashed.open()
        while (crashed.kills < atRandom) {
          if (!crashed.isAtWork) await crashed.dispatch(5)
          await crashed.killSupervisor()
        }
        expect(await crashed.problems()).toEqual([])
      } finally {
        await crashed.home.remove()
      }
      process.stdout.write(`${crashed.kills} kills of a supervisor, seed ${seed}\n`)
    },
    60_000 + atRandom * 8_000,
  )
})
