import { it as law } from '@fast-check/vitest'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parsePlan } from 'dagmar/plan-file'
import schema from '../../schema/plan.schema.json' with { type: 'json' }
import { ruleNames } from '../../src/graph/rules.ts'
import { judgePlan } from '../../src/plan-file/judge-shape.ts'
import { anyPlan, anyStrangePlan } from './any-plan.ts'

const bySchema = new Ajv({ strict: true, allowUnionTypes: true, strictTuples: false }).compile(schema)

/** Whether the reader takes the document, written as JSON. */
function byReader(document: unknown): boolean {
  try {
    parsePlan(JSON.stringify(document))
    return true
  } catch {
    return false
  }
}

function isOfShape(document: unknown): boolean {
  let isSound = true
  judgePlan(document, () => {
    isSound = false
  })
  return isSound
}

const tasksOf = (task: unknown) => ({ tasks: { a: task } })

describe('the schema for editors', () => {
  it('describes every field', () => {
    const nameless: string[] = []
    const visit = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return
      const { properties = {} } = node as {
        properties?: Record<string, { description?: string; $ref?: string }>
      }
      for (const [field, { description, $ref }] of Object.entries(properties)) {
        if (description === undefined && $ref === undefined) nameless.push(`${path}.${field}`)
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`)
    }
    visit(schema, '')
    expect(nameless).toEqual([])
  })

  it.each(ruleNames)('and the reader accept the rule %s', (when) => {
    const document = { tasks: { a: { run: 'x' }, b: { run: 'x', needs: ['a'], when } } }
    expect(bySchema(document)).toBe(true)
    expect(byReader(document)).toBe(true)
  })

  it.each([
    { tasks: {} },
    tasksOf({ run: 'x' }),
    tasksOf({ run: ['x', '', 1, true] }),
    tasksOf({ run: 'x', timeout: '1.5 h', killGrace: 0, stall: false, estimate: '0s' }),
    tasksOf({ run: 'x', stall: { after: '5m', grace: 0 }, priority: -2 }),
    tasksOf({ run: 'x', env: { A: 1, B: true, C: '' }, envFile: ['a', 'b'], cwd: 'c', shell: 'bash' }),
    tasksOf({ run: 'x', executor: 'tmux' }),
    { tasks: { a: { run: 'x' }, 20: { run: 'x' }, all: { needs: ['a', 20], when: 'all-settled' } } },
    tasksOf({ run: 'x', matrix: { 'node-version': [20], include: [{ 'node-version': 20, more: true }] } }),
    tasksOf({ run: 'x', matrix: { node: [20, 'x', true], include: [{ node: 1 }] } }),
    {
      $schema: 'x',
      name: 'x',
      input: null,
      concurrency: 1,
      timeout: '1d',
      order: 'fifo',
      'x-y': 1,
      tasks: {},
    },
    {
      agents: [
        { id: 'a', capabilities: ['x'], maxLoad: 0, models: ['m'], run: 'go ${{ prompt }}', shell: 'zsh' },
        {
          id: 'b',
          allowance: { dailyTokens: 0, modelTokens: { m: 5 }, onOverrun: 'kill' },
          speaks: true,
          run: ['go', '${{ promptFile }}'],
        },
        { id: 'c', allowance: { longestJob: '1h' }, stdin: 'prompt', run: 'go' },
      ],
      tasks: {
        a: { prompt: 'do', agent: 'a', fallback: ['b'], env: { A: 'x' }, cwd: 'y', speaks: true },
        b: { run: 'x', requires: ['x'] },
      },
    },
    { pools: { gpu: 1 }, defaults: { uses: { gpu: 1 }, shell: 'zsh', cwd: 'x' }, tasks: {} },
  ])('and the reader accept %j', (document) => {
    expect([bySchema(document), byReader(document)]).toEqual([true, true])
  })

  it.each([
    {},
    [],
    { tasks: [] },
    { tasks: { ['x'.repeat(201)]: { run: 'x' } } },
    { tasks: { 'a\n': { run: 'x' } } },
    { tasks: {}, task: {} },
    { tasks: {}, timeout: 5 },
    { tasks: {}, timeout: '0s' },
    { tasks: {}, concurrency: 0 },
    { tasks: {}, pools: { '': 1 } },
    { tasks: {}, defaults: { needs: [] } },
    tasksOf({}),
    tasksOf(null),
    tasksOf({ run: '' }),
    tasksOf({ run: [] }),
    tasksOf({ run: ['-x'] }),
    tasksOf({ run: ['x', null] }),
    tasksOf({ run: 'x', needs: 'b' }),
    tasksOf({ run: 'x', timeout: 0 }),
    tasksOf({ run: 'x', killGrace: 5 }),
    tasksOf({ run: 'x', stall: true }),
    tasksOf({ run: 'x', env: { 'A=B': 'x' } }),
    tasksOf({ run: 'x', env: { A: null } }),
    tasksOf({ run: 'x', shell: '-x' }),
    tasksOf({ run: 'x', matrix: {} }),
    tasksOf({ run: 'x', matrix: { node: [] } }),
    tasksOf({ run: 'x', matrix: { 'no.de': [1] } }),
    tasksOf({ run: 'x', matrix: { n: [1], include: [{ 'a b': 1 }] } }),
    tasksOf({ run: 'x', needs: [null] }),
    tasksOf({ needs: [] }),
    tasksOf({ needs: 'b' }),
    ...['env', 'envFile', 'cwd', 'shell', 'executor'].map((field) => ({
      tasks: { a: { run: 'x' }, b: { needs: ['a'], [field]: field === 'env' ? {} : 'x' } },
    })),
    tasksOf({ run: 'x', executor: 'inline' }),
    ...[
      { run: 'x' },
      { shell: 'sh' },
      { stdin: 'answers' },
      { executor: 'process' },
      { prompt: '' },
      { prompt: 5 },
    ].map((more) => ({
      agents: [{ id: 'ada', run: 'x ${{ prompt }}' }],
      tasks: { a: { prompt: 'do', agent: 'ada', ...more } },
    })),
    ...[
      {},
      { id: '' },
      { maxLoad: -1 },
      { maxLoad: 1.5 },
      { allowance: { dailyTokens: -1 } },
      { allowance: { modelTokens: { m: -1 } } },
      { allowance: { longestJob: 0 } },
      { allowance: { onOverrun: 'stop' } },
      { stdin: 'answers' },
      { capabilities: 'x' },
      { ttl: '5m' },
    ].map((more) => ({
      agents: [{ ...(Object.keys(more).length === 0 ? {} : { id: 'ada' }), ...more }],
      tasks: {},
    })),
  ])('and the reader refuse %j', (document) => {
    expect([bySchema(document), byReader(document)]).toEqual([false, false])
  })

  law.prop([anyPlan()], { numRuns: 200 })(
    'and the reader accept what has known fields and values',
    (document) => {
      expect(bySchema(document) || bySchema.errors).toBe(true)
      expect(() => parsePlan(JSON.stringify(document))).not.toThrow()
    },
  )

  law.prop([anyStrangePlan()], { numRuns: 500 })(
    'and the reader agree on what is strange in one place',
    (document) => {
      expect(bySchema(document)).toBe(isOfShape(document))
    },
  )

  law.prop([anyStrangePlan()], { numRuns: 200 })('refuses nothing that the reader accepts', (document) => {
    if (byReader(document)) expect(bySchema(document) || bySchema.errors).toBe(true)
  })
})
