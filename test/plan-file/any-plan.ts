import { fc } from '@fast-check/vitest'

/** The part of JSON Schema that plan.schema.json is written in. */
interface Schema {
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema | readonly Schema[]
  readonly definitions?: Readonly<Record<string, Schema>>
}

type Json = Readonly<Record<string, unknown>>

/** What patterns and free names stand for. Values that are sound together: what is tried is the shape. */
const byDefinition: Readonly<Record<string, readonly unknown[]>> = {
  duration: ['250ms', '30s', '1.5h', ' 2 d '],
  durationOrZero: ['1m', 0, '0s'],
  name: ['x', 'a b', 'é', '20'],
  text: ['x', 'a b', '../c'],
  program: ['bash', '/bin/sh'],
  scalar: ['', 'x', 1.5, true],
  amounts: [{}, { gpu: 1 }],
  environment: [{}, { A: 'x', constructor: 1 }],
  matrix: [
    { node: [20, 22] },
    { a: ['x'], b: [true, 1], exclude: [{ b: 1 }] },
    { include: [{ a: 1 }, { a: 2 }] },
  ],
  backoff: [{}, { base: 0, cap: '1m' }, { factor: 3, jitter: 1 }],
}

/** Fields whose values must fit to what else the plan says. */
const byField: Readonly<Record<string, readonly unknown[]>> = {
  needs: [[]],
  when: ['all-completed', 'all-settled', 'none-skipped', 'always'],
  run: ['echo hi', 'exit 1'],
  stall: [false, { after: '5m' }, { after: '1s', grace: 0 }],
  pools: [{ gpu: 2 }],
}

/** A plan with any of the fields that the schema knows, down to the last, each with a value that it allows. */
export function anyPlan(root: object): fc.Arbitrary<Json> {
  const schema = root as Schema
  const tasks = fc.dictionary(
    fc.constantFrom('a', 'b', 'test(1)', 'constructor'),
    arbitraryOf({ $ref: '#/definitions/task' }, schema),
  )
  return fc
    .tuple(arbitraryOf({ ...schema, required: ['tasks', 'pools'] }, schema), tasks)
    .map(([plan, own]) => ({ ...(plan as Json), tasks: own }))
}

const strangeValues = [null, true, 0, -1, 1.5, 'nonsense', '', [], [null], ['x', {}], {}, { nonsense: 1 }]

/** As `anyPlan`, but in one place there is an unknown field, or a value that may be none. */
export function anyStrangePlan(root: object): fc.Arbitrary<Json> {
  return fc
    .tuple(anyPlan(root), fc.nat(), fc.boolean(), fc.constantFrom(...strangeValues))
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

function arbitraryOf(schema: Schema, root: Schema): fc.Arbitrary<unknown> {
  if (schema.allOf !== undefined) return arbitraryOf(schema.allOf[0]!, root)
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').slice(2)
    const values = name.length === 1 ? byDefinition[name[0]!] : undefined
    if (values !== undefined) return fc.constantFrom(...values)
    const target = name.reduce<unknown>((at, part) => (at as Json)[part], root.definitions)
    return name.length === 1
      ? arbitraryOf(target as Schema, root)
      : fieldOf(name.at(-1)!, target as Schema, root)
  }
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one) => arbitraryOf(one, root)))
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(([field, one]) => [field, fieldOf(field, one, root)])
    const model = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>
    return fc.record(model, { requiredKeys: [...(schema.required ?? [])] })
  }
  switch (String(schema.type)) {
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -9, max: Math.min(schema.maximum ?? 9, 1_000) })
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 9, noNaN: true })
    case 'array':
      return fc.array(arbitraryOf(schema.items as Schema, root), { maxLength: 3 })
    case 'string':
      return fc.constant('x')
    case 'object':
      return fc.constant({})
    default:
      // The reader refuses `__proto__` as a key anywhere, which the schema does not say.
      return fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))
  }
}

function fieldOf(field: string, schema: Schema, root: Schema): fc.Arbitrary<unknown> {
  const values = byField[field]
  return values === undefined ? arbitraryOf(schema, root) : fc.constantFrom(...values)
}
