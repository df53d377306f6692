import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandPlan, dispatchCommand, withHome } from './test-home.ts'

const json = (...path: string[]): Record<string, unknown> =>
  JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>

describe('a job of one command', () => {
  it('settles, and its folder says how it was', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await dispatchCommand(jobs, home, 'echo hello')
      expect((await job.settled()).status).toBe('completed')
      const { folder, tasks } = await job.details()
      expect(tasks.map(({ id, status }) => [id, status])).toEqual([['command', 'completed']])
      await expect.poll(() => json(folder, 'status.json')['status']).toBe('completed')
      expect(json(folder, 'plan.json')).toMatchObject({ id: job.id, definition: { name: 'command' } })
    }))

  it('keeps numbers that JSON has not, and is refused with a function in it', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const patient = { ...commandPlan('true'), defaults: { maxInterruptions: Infinity } }
      const job = await jobs.dispatch(patient, { env: home.env })
      expect((await job.settled()).status).toBe('completed')
      const own = { name: 'own', tasks: { own: { run: () => 1 } } }
      await expect(jobs.dispatch(own)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('tasks.own.run is a function') as string,
      })
      expect((await jobs.list()).map(({ id }) => id)).toEqual([job.id])
    }))
})
