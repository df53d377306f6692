import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { commandPlan, dispatchCommand, withHome } from './test-home.ts'

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

describe('a supervisor that has nothing to do', () => {
  it.each([
    ['and no job is open', false],
    ['and one job waits for its time', true],
  ])('is called by nothing while nobody is connected %s', { timeout: 60_000 }, (_, isLater) =>
    withHome(async (home) => {
      vi.stubEnv('NODE_OPTIONS', `--import=${fileURLToPath(new URL('count-calls.mjs', import.meta.url))}`)
      onTestFinished(() => void vi.unstubAllEnvs())
      const jobs = await home.connect()
      await (await dispatchCommand(jobs, home, 'true')).settled()
      if (isLater) await jobs.dispatch(commandPlan('true'), { notBefore: Date.now() + 3_600_000 })
      await jobs.close()
      const calls = (): string => readFileSync(join(home.path, 'calls'), 'utf8')
      // What is to be done after the last job, such as files that are written once they have rested.
      let before = ''
      await vi.waitFor(
        async () => {
          before = calls()
          await pause(1_000)
          expect(calls().length).toBe(before.length)
        },
        { timeout: 20_000 },
      )
      expect(before).toContain('Immediate')
      await pause(3_000)
      expect(calls().slice(before.length)).toBe('')
    }),
  )
})
