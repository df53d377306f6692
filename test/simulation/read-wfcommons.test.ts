import { fc, it as law } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { PlanFileError, readWfCommons, simulate } from 'dagmar/simulation'
import { offsetInJson } from '../../src/simulation/json-place.ts'
import { isWfCommons } from '../../src/simulation/read-wfcommons.ts'

type Entry = Readonly<Record<string, unknown>>

const recording = (tasks: readonly Entry[], ran?: readonly Entry[]) =>
  JSON.stringify(
    {
      name: 'genome',
      schemaVersion: '1.5',
      workflow: { specification: { tasks }, ...(ran === undefined ? {} : { execution: { tasks: ran } }) },
    },
    undefined,
    2,
  )

const split = { id: 'split', parents: [], children: ['merge'] }
const merge = { id: 'merge', parents: ['split'], children: [] }
const ran = [
  { id: 'split', runtimeInSeconds: 1.934 },
  { id: 'merge', runtimeInSeconds: 3 },
]

function problemsOf(json: string): readonly string[] {
  try {
    readWfCommons(json)
  } catch (thrown) {
    if (thrown instanceof PlanFileError)
      return thrown.problems.map(({ line, message }) => `${line}: ${message}`)
    throw thrown
  }
  return []
}

describe('a recording that is nested very deeply', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`

  it.each([
    ['in place of everything', `{"workflow": ${deep}}`, 'workflow is an array'],
    [
      'in place of a parent',
      recording([{ id: 'a', parents: ['?'] }]).replace('"?"', deep),
      'parents[0] is an array',
    ],
    ['and cut off', `{"schemaVersion": "1.5", "workflow": ${'{"a":'.repeat(200_000)}`, 'ends here'],
  ])('is refused, in a sentence: %s', (_, json, said) => {
    expect(problemsOf(json).join()).toContain(said)
  })
})

describe('a recording in WfFormat', () => {
  it('is a plan whose estimates are what its tasks took', async () => {
    const plan = readWfCommons(recording([split, merge], ran))
    expect(plan.name).toBe('genome')
    expect(plan.structure.map(({ id, needs }) => ({ id, needs }))).toEqual([
      { id: 'split', needs: [] },
      { id: 'merge', needs: ['split'] },
    ])
    expect(await simulate(plan)).toMatchObject({ makespanMs: 4_934, criticalPath: ['split', 'merge'] })
  })

  it('may name dependencies on either side, or both', () => {
    const needs = (...tasks: Entry[]) => readWfCommons(recording(tasks)).structure.map((task) => task.needs)
    expect(needs({ id: 'split', children: ['merge'] }, { id: 'merge' })).toEqual([[], ['split']])
    expect(needs({ id: 'split' }, { id: 'merge', parents: ['split', 'split'] })).toEqual([[], ['split']])
  })

  it('may lack what tasks took: those have no estimate', async () => {
    const plan = readWfCommons(recording([split, merge], ran.slice(0, 1)))
    expect(plan.tasks.map(({ estimateMs }) => estimateMs)).toEqual([1_934, undefined])
    expect(await simulate(readWfCommons(recording([split, merge])))).toMatchObject({ makespanMs: 2_000 })
  })

  it('may be of an older version, with everything in one list and names in place of ids', async () => {
    const json = JSON.stringify({
      workflow: {
        tasks: [
          { name: 'split', runtime: 2, children: ['merge'] },
          { name: 'merge', id: 'ID2', runtimeInSeconds: 0, parents: ['split'] },
        ],
      },
    })
    const plan = readWfCommons(json, { file: 'runs/old.json' })
    expect(plan.name).toBe('old')
    expect(plan.structure.map(({ id, needs }) => [id, needs])).toEqual([
      ['split', []],
      ['ID2', ['split']],
    ])
    expect(await simulate(plan)).toMatchObject({ makespanMs: 2_000 })
  })

  it('is told from a plan file by what is in it', () => {
    expect(isWfCommons(recording([split]))).toBe(true)
    expect(isWfCommons(recording([split]).slice(0, -20))).toBe(true)
    expect(isWfCommons('{ "tasks": { "workflow": { "run": "x" } } }')).toBe(false)
    expect(isWfCommons('[]')).toBe(false)
    expect(isWfCommons('tasks: {}')).toBe(false)
  })
})

describe('a damaged recording', () => {
  const at = 'workflow.specification.tasks'
  const of = 'workflow.execution.tasks'
  it.each<readonly [tasks: readonly Entry[], lengths: readonly Entry[], problem: string, line: string]>([
    [
      [split, { ...merge, parents: ['splat'] }],
      ran,
      `${at}[1].parents[0] is 'splat', and there is no such task ('split'?).`,
      '"splat"',
    ],
    [
      [{ ...split, children: ['nothing like it'] }, merge],
      ran,
      `${at}[0].children[0] is 'nothing like it', and there is no such task.`,
      '"nothing like it"',
    ],
    [
      [split, { ...merge, parents: 'split' }],
      ran,
      `${at}[1].parents is 'split', but it must be a list.`,
      '"parents": "split"',
    ],
    [
      [{ ...split, children: [] }, split],
      [],
      `${at}[1].id is 'split', as that of ${at}[0], but ids must differ.`,
      '"id": "split"',
    ],
    [[split, merge, {}], ran, `${at}[2].id is not there, but it must be a text.`, '{}'],
    [
      [split, merge],
      [{ id: 'split', runtimeInSeconds: -2 }],
      `${of}[0].runtimeInSeconds is -2, but it must be a number of 0 or more.`,
      '"runtimeInSeconds": -2',
    ],
    [
      [split, merge],
      [{ id: 'split', runtimeInSeconds: '2' }],
      `${of}[0].runtimeInSeconds is '2', but it must be a number of 0 or more.`,
      '"runtimeInSeconds": "2"',
    ],
    [
      [split, merge],
      [{ id: 'split' }],
      `${of}[0].runtimeInSeconds is not there, but it must be a number of 0 or more.`,
      '{',
    ],
    [
      [split, merge],
      [{ id: 'splitt', runtimeInSeconds: 1 }],
      `${of}[0].id is 'splitt', and there is no such task ('split'?).`,
      '"id": "splitt"',
    ],
    [
      [split, merge],
      [ran[0]!, ran[0]!],
      `${of}[1].id is 'split', whose length was recorded before, but it must be there once.`,
      '"id": "split"',
    ],
    [
      [{ ...split, parents: ['merge'] }, merge],
      ran,
      'Tasks depend on each other in a cycle: split → merge → split.',
      '{',
    ],
  ])('says what is wrong, with path and line: %#', (tasks, lengths, problem, text) => {
    const json = recording(tasks, lengths)
    const [line, ...words] = problemsOf(json)[0]!.split(': ')
    expect(words.join(': ')).toBe(problem)
    expect(json.split('\n')[Number(line) - 1]).toContain(text)
    expect(problemsOf(json)).toHaveLength(1)
  })

  it('says what was expected where a part of it is missing', () => {
    expect(problemsOf('{}')).toEqual(['1: workflow is not there, but it must be an object.'])
    expect(problemsOf('[]')).toEqual(['1: The recording is an array, but it must be an object.'])
    expect(problemsOf('{ "workflow": {} }')).toEqual([
      '1: workflow.specification is not there, but it must be an object.',
    ])
    expect(problemsOf('{ "workflow": { "specification": {} } }')).toEqual([
      `1: ${at} is not there, but it must be a list.`,
    ])
    expect(problemsOf('{ "workflow": { "specification": { "tasks": [] }, "execution": 3 } }')).toEqual([
      `1: ${of} is not there, but it must be a list.`,
    ])
  })

  it('says where it breaks off, or ceases to be JSON', () => {
    const json = recording([split, merge], ran)
    expect(problemsOf(json.slice(0, json.indexOf('"children"')))).toEqual([
      '10: The JSON text ends here, in the middle of something.',
    ])
    expect(problemsOf(json.replace('"parents"', 'parents'))).toEqual(['9: The text ceases to be JSON here.'])
    expect(problemsOf('  ')).toEqual(['1: The file is empty, but a recording in JSON was expected.'])
  })

  it('with a thousand faults tells the first hundred', () => {
    const tasks = Array.from({ length: 1_000 }, (_, index) => ({ id: `t${index}`, parents: ['nobody'] }))
    expect(problemsOf(recording(tasks))).toHaveLength(100)
  })
})

describe('a place in a JSON text', () => {
  law.prop([fc.jsonValue(), fc.nat(4)])('is where the value of the path begins', (value, indent) => {
    const text = JSON.stringify(value, undefined, indent)
    const visit = (part: unknown, path: readonly (string | number)[]): void => {
      const from = offsetInJson(text, path)
      expect(text.slice(from).startsWith(JSON.stringify(part)[0]!)).toBe(true)
      if (Array.isArray(part)) for (const [index, item] of part.entries()) visit(item, [...path, index])
      else if (typeof part === 'object' && part !== null) {
        for (const [key, item] of Object.entries(part)) visit(item, [...path, key])
      }
    }
    visit(value, [])
  })

  law.prop([fc.jsonValue(), fc.nat()])(
    'is the end of a text that was cut off in an object or a list',
    (value, cut) => {
      const text = JSON.stringify({ value })
      const part = text.slice(0, 1 + (cut % (text.length - 1)))
      if (part.length === text.length) return
      const rest = part.slice(offsetInJson(part, []))
      // What is left is at most a scalar that breaks off.
      expect(rest).toMatch(/^(?:".*|-|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|[\d.eE+-]*)$/su)
    },
  )
})
