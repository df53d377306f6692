import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Environments } from '../../src/jobs/supervisor/environments.ts'

const isSecret = (name: string): boolean => name.endsWith('_TOKEN')

function scene() {
  const folder = join(mkdtempSync(join(tmpdir(), 'dagmar-environments-')), 'environments')
  mkdirSync(folder)
  onTestFinished(() => {
    rmSync(join(folder, '..'), { recursive: true, force: true })
  })
  const open = (): Environments => new Environments({ environments: folder }, isSecret)
  const written = (): string =>
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join()
  return { folder, open, written }
}

describe('the environment of jobs', () => {
  it('is one file that only its owner reads, for all jobs with the same one, until the last of them has settled', () => {
    const { folder, open } = scene()
    const environments = open()
    const names = [{ A: '1' }, { A: '1' }, { A: '2' }].map((variables) => environments.add(variables))
    expect(new Set(names).size).toBe(2)
    expect(readdirSync(folder)).toHaveLength(2)
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
    environments.release(names[0]!)
    expect(environments.variables(names[1]!)).toEqual({ A: '1' })
    environments.release(names[1]!)
    expect(readdirSync(folder)).toEqual([`${names[2]}.json`])
  })

  it('has its secrets in memory alone: the next supervisor takes its own, or says what it lacks', () => {
    const { open, written } = scene()
    const first = open()
    const name = first.add({ A: '1', MY_TOKEN: 'first secret' })
    const other = first.add({ A: '1', MY_TOKEN: 'other secret' })
    expect(other).not.toBe(name)
    expect(first.variables(name)).toEqual({ A: '1', MY_TOKEN: 'first secret' })
    expect(first.variables(other)).toEqual({ A: '1', MY_TOKEN: 'other secret' })
    expect(written()).not.toContain('secret"')
    const next = open()
    next.use(name)
    expect(() => next.variables(name)).toThrow(expect.objectContaining({ code: 'SECRET_LOST' }) as Error)
    process.env['MY_TOKEN'] = 'of the supervisor'
    onTestFinished(() => {
      delete process.env['MY_TOKEN']
    })
    expect(next.variables(name)).toEqual({ A: '1', MY_TOKEN: 'of the supervisor' })
  })

  it('is swept where no open job has it, and told as lost where its file is gone', () => {
    const { folder, open } = scene()
    const name = open().add({ A: '1' })
    const gone = open().add({ A: '2' })
    const next = open()
    next.use(name)
    next.sweep()
    expect(readdirSync(folder)).toEqual([`${name}.json`])
    expect(() => next.variables(gone)).toThrow(/Dispatch it again, or redrive it/)
  })

  it('may be added again as the same object once it was given back', () => {
    const { folder, open } = scene()
    const environments = open()
    const variables = { A: '1' }
    environments.release(environments.add(variables))
    environments.add(variables)
    expect(readdirSync(folder)).toHaveLength(1)
  })
})
