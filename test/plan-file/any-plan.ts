import { fc } from '@fast-check/vitest'
import type * as v from 'valibot'
import {
  amounts,
  environment,
  matrix,
  notification,
  planSchema,
  task,
} from '../../src/plan-file/plan-schema.ts'
import { run } from '../../src/plan-file/run-field.ts'
import { backoff, stall } from '../../src/plan-file/retry-fields.ts'
import { duration, name, positiveDuration, program, scalar, text } from '../../src/plan-file/schema-parts.ts'

/** What is looked at of the schemas that plans are made of. */
interface Shape {
  readonly type: string
  readonly pipe?: readonly object[]
  readonly wrapped?: Shape
  readonly entries?: Readonly<Record<string, Shape>>
  readonly options?: readonly unknown[]
  readonly literal?: unknown
  readonly item?: Shape
}

type Json = Readonly<Record<string, unknown>>

/** What patterns and free names stand for. Values that are sound together: what is tried is the shape. */
const valuesOf = new Map<object, readonly unknown[]>([
  [positiveDuration, ['250ms', '30s', '1.5h', ' 2 d ']],
  [duration, ['1m', 0, '0s']],
  [name, ['x', 'a b', 'é', '20']],
  [text, ['x', 'a b', '../c']],
  [program, ['bash', '/bin/sh']],
  [scalar, ['', 'x', 1.5, true]],
  [amounts, [{}, { gpu: 1 }]],
  [environment, [{}, { A: 'x', constructor: 1 }]],
  [
    matrix,
    [{ node: [20, 22] }, { a: ['x'], b: [true, 1], exclude: [{ b: 1 }] }, { include: [{ a: 1 }, { a: 2 }] }],
  ],
  [backoff, [{}, { base: 0, cap: '1m' }, { factor: 3, jitter: 1 }]],
  [stall, [false, { after: '5m' }, { after: '1s', grace: 0 }]],
  [run, ['echo hi', 'exit 1']],
  [notification, [{ url: '$HOOK' }, { run: 'cat', on: ['failed'] }, { bell: true }]],
])

/** Fields whose values must fit to what else the plan says. */
const valuesByField: Readonly<Record<string, readonly unknown[]>> = {
  needs: [[]],
  when: ['all-completed', 'all-settled', 'none-skipped', 'always'],
  pools: [{ gpu: 2 }],
  agents: [[]],
  defaultAnswer: ['yes', 'no'],
  // True is for plans in a repository.
  worktree: [false],
}

/** A plan with any of the fields that there are, down to the last, each with a value that is allowed. */
export function anyPlan(): fc.Arbitrary<Json> {
  // A prompt wants agents, and no command beside it.
  const { prompt: _prompt, ...fields } = task.entries as unknown as Readonly<Record<string, Shape>>
  const tasks = fc.dictionary(
    fc.constantFrom('a', 'b', 'test(1)', 'constructor'),
    objectOf(fields, ['run']).map(asking),
  )
  const { tasks: _tasks, ...entries } = planSchema.entries
  const frame = objectOf(entries as unknown as Readonly<Record<string, Shape>>, ['pools'])
  return fc.tuple(frame, tasks).map(([plan, own]) => ({ ...plan, tasks: own }))
}

/** What is answered has to be asked, which is said by no schema. */
function asking(given: Json): Json {
  const isAnswered = 'answerWithin' in given || 'defaultAnswer' in given
  return isAnswered ? { confirm: 'Deploy?', ...given } : given
}

const strangeValues = [null, true, 0, -1, 1.5, 'nonsense', '', [], [null], ['x', {}], {}, { nonsense: 1 }]

/** As `anyPlan`, but in one place there is an unknown field, or a value that may be none. */
export function anyStrangePlan(): fc.Arbitrary<Json> {
  return fc
    .tuple(anyPlan(), fc.nat(), fc.boolean(), fc.constantFrom(...strangeValues))
    .map(([plan, at, isField, value]) => {
      const copy = structuredClone(plan) as Record<string, unknown>
      const owners = ownersIn(copy)
      const owner = owners[at % owners.length]!
      const keys = Object.keys(owner)
      const key = isField || keys.length === 0 ? 'nonsense' : keys[at % keys.length]!
      owner[key] = value
      return copy
    })
}

/** Every object and list in the value, but for the run's input, of which all is allowed. */
function ownersIn(value: unknown, key = ''): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || key === 'input') return []
  const owner = value as Record<string, unknown>
  return [owner, ...Object.entries(owner).flatMap(([field, one]) => ownersIn(one, field))]
}

function arbitraryOf(schema: v.GenericSchema): fc.Arbitrary<unknown> {
  const shape = schema as unknown as Shape
  const values = valuesFor(shape)
  if (values !== undefined) return fc.constantFrom(...values)
  switch (shape.type) {
    case 'exact_optional':
      return arbitraryOf(shape.wrapped as unknown as v.GenericSchema)
    case 'strict_object':
      return objectOf(shape.entries!, [])
    case 'union':
      return fc.oneof(...shape.options!.map((option) => arbitraryOf(option as v.GenericSchema)))
    case 'picklist':
      return fc.constantFrom(...shape.options!)
    case 'literal':
      return fc.constant(shape.literal)
    case 'array':
      return fc.array(arbitraryOf(shape.item as unknown as v.GenericSchema), { maxLength: 3 })
    case 'boolean':
      // A teardown needs dependencies, which is said by no schema.
      return fc.constant(false)
    case 'number':
      return fc.integer({ min: 1, max: 1_000 })
    case 'string':
      return fc.constant('x')
    case 'unknown':
      // The reader refuses `__proto__` as a key anywhere, which no schema says.
      return fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))
    default:
      throw new Error(`Nobody has said what a ${shape.type} may be.`)
  }
}

function objectOf(
  entries: Readonly<Record<string, Shape>>,
  required: readonly string[],
): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const model = Object.fromEntries(
    Object.entries(entries).map(([field, one]) => {
      const values = valuesByField[field]
      return [
        field,
        values === undefined ? arbitraryOf(one as unknown as v.GenericSchema) : fc.constantFrom(...values),
      ]
    }),
  )
  const there = Object.keys(entries).filter((field) => entries[field]!.type !== 'exact_optional')
  return fc.record(model, { requiredKeys: [...required, ...there] }) as fc.Arbitrary<Json>
}

/** Of the schema, or of the one that a description was put on. */
function valuesFor(shape: Shape): readonly unknown[] | undefined {
  const values = valuesOf.get(shape)
  const [inner] = shape.pipe ?? []
  return values ?? (inner === undefined || inner === shape ? undefined : valuesFor(inner as Shape))
}
