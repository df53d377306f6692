import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { definitionAsData, definitionFromData } from '../../src/jobs/spool/definition-as-data.ts'
import { makeSpec } from '../../src/jobs/spool/make-spec.ts'
import { spool } from '../../src/jobs/spool/spool-file.ts'
import { readSpec } from '../../src/jobs/supervisor/read-spec.ts'
import { commandPlan } from './test-home.ts'

const id = '261126-101010-abcd'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'dagmar-spool-'))
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true })
  })
  return made
}

describe('a job in the spool', () => {
  it('is two files that only their owner reads, with nothing beside them', () => {
    const home = { spool: folder() }
    const spec = makeSpec(id, commandPlan('true'), {}, 5)
    spool(home, { spec, environment: { A: '1' } })
    expect(readdirSync(home.spool).toSorted()).toEqual([`${id}.env`, `${id}.json`])
    for (const file of readdirSync(home.spool)) {
      expect(statSync(join(home.spool, file)).mode & 0o777).toBe(0o600)
    }
    expect(JSON.parse(readFileSync(join(home.spool, `${id}.json`), 'utf8'))).toEqual(spec)
  })

  it('is not there at all where it could not be written', () => {
    const home = { spool: folder() }
    // Something lies where the job is to lie.
    mkdirSync(join(home.spool, `${id}.json`))
    const spec = makeSpec(id, commandPlan('true'), {}, 5)
    expect(() => spool(home, { spec, environment: {} })).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
    expect(existsSync(join(home.spool, `${id}.env`))).toBe(false)
    expect(readdirSync(home.spool)).toEqual([`${id}.json`])
  })
})

describe('a plan as data', () => {
  it('is the same once it has been JSON, whatever numbers it has', () => {
    const anyValue = fc.letrec((tie) => ({
      value: fc.oneof(
        fc.constant(Infinity),
        fc.integer(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((name) => name !== '__proto__' && name !== '$number'),
          tie('value'),
          {
            maxKeys: 3,
            noNullPrototype: true,
          },
        ),
      ),
    })).value
    fc.assert(
      fc.property(anyValue, (value) => {
        const definition = { name: 'any', value } as never
        const data = JSON.parse(JSON.stringify(definitionAsData(definition))) as never
        expect(definitionFromData(data)).toEqual(definition)
      }),
    )
  })
})

describe('what comes as a job', () => {
  const good = makeSpec(id, commandPlan('true'), {}, 5)

  it('is taken if it can be run', () => {
    expect(readSpec(JSON.parse(JSON.stringify(good)))).toEqual(good)
  })

  it.each([
    ['nothing', null],
    ['a list', []],
    ['a job with another kind of id', { ...good, id: '../../etc' }],
    ['a job without a folder', { ...good, cwd: undefined }],
    ['a job in a relative folder', { ...good, cwd: 'somewhere' }],
    ['a job whose labels are no texts', { ...good, labels: { a: 1 } }],
    ['a job that waits for a number', { ...good, after: 5 }],
    ['a job whose time is a text', { ...good, notBefore: 'tomorrow' }],
    ['a job with an impossible umask', { ...good, umask: 4_096 }],
    ['a job with a negative concurrency', { ...good, concurrency: -1 }],
    ['a job without a plan', { ...good, definition: undefined }],
    ['a job whose plan has no tasks', { ...good, definition: { name: 'empty' } }],
    ['a job that runs tasks which it has not', { ...good, select: { only: ['nobody'] } }],
  ])('is refused where it is %s', (_what, value) => {
    expect(() => readSpec(value)).toThrow(
      expect.objectContaining({ code: expect.any(String) as string }) as Error,
    )
  })
})
