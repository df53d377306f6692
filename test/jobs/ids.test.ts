import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isJobId, newJobId, resolveJobId } from '../../src/jobs/job-id.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { withHome } from './test-home.ts'

const call = promisify(execFile)

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'dagmar-ids-'))
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}

describe('the id of a job', () => {
  it('is its date, its time in UTC, and a random part that grows until no other has it', () => {
    const jobs = folder()
    const now = Date.UTC(2031, 1, 3, 4, 5, 6, 789)
    const random = [0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].values()
    const next = (): number => random.next().value ?? 0
    expect(newJobId({ jobs }, now, next)).toBe('310203-040506-1346')
    // The first four are taken.
    expect(newJobId({ jobs }, now, next)).toBe('310203-040506-89bce')
  })

  it('sorts by time to the second', () => {
    const jobs = folder()
    const ids = [0, 1_000, 61_000, 86_400_000, 40 * 86_400_000].map((at) => newJobId({ jobs }, at))
    expect(ids).toEqual(ids.toSorted())
    expect(ids.every(isJobId)).toBe(true)
  })

  it(
    'is no other job’s, where several processes dispatch a thousand within a second or so',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const program = `
        const { connect } = await import(${JSON.stringify(join(dirname(builtDagmar()), 'jobs.js'))})
        const jobs = await connect({ home: ${JSON.stringify(home.path)} })
        const plan = { name: 'later', tasks: { later: { run: { executor: 'process', work: { run: 'true' } } } } }
        const all = Array.from({ length: 400 }, () => jobs.dispatch(plan, { notBefore: Date.now() + 3_600_000 }))
        console.log((await Promise.all(all)).map(({ id }) => id).join(' '))
        await jobs.close()`
        const called = [1, 2, 3].map(() => call(process.execPath, ['--input-type=module', '-e', program]))
        const ids = (await Promise.all(called)).flatMap(({ stdout }) => stdout.trim().split(' '))
        expect(new Set(ids).size).toBe(1_200)
        expect((await jobs.list()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
      }),
    60_000,
  )
})

describe('what a person gives for a job', () => {
  const ids = ['261126-101010-aaaa', '261126-101010-abcd', '261126-113754-a2f5']
  /** The second was removed. */
  const numbers = new Map([
    [1, ids[0]],
    [3, ids[1]],
    [4, ids[2]],
  ])
  const list = { ids, at: (place: number) => numbers.get(place) }

  it.each([
    ['261126-101010-abcd', '261126-101010-abcd'],
    ['261126-1137', '261126-113754-a2f5'],
    ['a2f5', '261126-113754-a2f5'],
    ['abcd', '261126-101010-abcd'],
    ['%1', '261126-101010-aaaa'],
    ['%3', '261126-101010-abcd'],
    ['%4', '261126-113754-a2f5'],
    ['%-1', '261126-113754-a2f5'],
    ['%-3', '261126-101010-aaaa'],
  ])('%s means one of them', (given, id) => {
    expect(resolveJobId(given, list)).toBe(id)
  })

  it.each([
    ['', 'JOB_UNKNOWN'],
    ['26', 'JOB_AMBIGUOUS'],
    ['261126-101010', 'JOB_AMBIGUOUS'],
    ['zzzz', 'JOB_UNKNOWN'],
    ['%0', 'JOB_UNKNOWN'],
    ['%2', 'JOB_UNKNOWN'],
    ['%5', 'JOB_UNKNOWN'],
    ['%-4', 'JOB_UNKNOWN'],
    ['%x', 'JOB_UNKNOWN'],
    ['1010', 'JOB_UNKNOWN'],
  ])('%j means none or several of them, and is refused with %s', (given, code) => {
    expect(() => resolveJobId(given, list)).toThrow(expect.objectContaining({ code }) as Error)
  })

  it('is taken at its word where it is a whole id that others begin with', () => {
    expect(resolveJobId('261126-101010-aaaa', { ...list, ids: [...ids, '261126-101010-aaaab'] })).toBe(
      '261126-101010-aaaa',
    )
  })
})
