import { DagmarError } from '../errors/dagmar-error.ts'
import { nearest } from '../errors/nearest.ts'
import { spelledOut } from '../text/spelled-out.ts'
import { durationHint, toMs } from '../time/duration.ts'

/** An object whose fields are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>

/** The path of a task's options, for messages: `tasks.build`, or `tasks["a b"]` for an id that needs quotes. */
export function taskPath(id: string): string {
  return memberPath('tasks', id)
}

/** The path of a member: `pools.gpu`, or `pools["a b"]` for a name that needs quotes. */
export function memberPath(owner: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${owner}[${JSON.stringify(name)}]`
  return owner === '' ? name : `${owner}.${name}`
}

/** A value for messages, short enough for a line. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return `'${spelledOut(value.length > 60 ? `${value.slice(0, 60)}…` : value)}'`
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** ` Did you mean 'build'?`, or an empty text where no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const guess = nearest(word, known)
  return guess === undefined ? '' : ` Did you mean '${guess}'?`
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The error for a value that is not what it must be. */
export function badValue(path: string, value: unknown, wanted: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `${path} is ${show(value)}, but it must be ${wanted}.`,
    facts: { field: path, value },
  })
}

/**
 * Returns the object if all its fields are known; throws `CONFIG_INVALID` otherwise. The path of the plan itself is ''.
 */
export function readFields(value: unknown, path: string, known: ReadonlySet<string>): Fields {
  const subject = path === '' ? 'The plan' : path
  if (!isRecord(value)) throw badValue(subject, value, 'an object')
  for (const field of Object.keys(value)) {
    if (!known.has(field)) throw unknownField(subject, memberPath(path, field), field, known)
  }
  return value
}

function unknownField(subject: string, path: string, field: string, known: Iterable<string>): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `${subject} has an unknown field '${field}'.${didYouMean(field, known)}`,
    hint: `Known are ${[...known].join(', ')}.`,
    facts: { field: path, nearest: nearest(field, known) },
  })
}

/** Reads one field. `path` is what errors call it. */
export type Reader<Value> = (value: unknown, path: string) => Value

/**
 * The fields of an object that are given, each as its reader makes it, in the order of the readers. Throws
 * `CONFIG_INVALID` for what is no object and for unknown fields. `owner` begins the paths of the fields.
 */
export function readGiven<Readers extends Readonly<Record<string, Reader<unknown>>>>(
  value: unknown,
  readers: Readers,
  subject: string,
  owner = subject,
): { readonly [Name in keyof Readers]?: ReturnType<Readers[Name]> } {
  if (!isRecord(value)) throw badValue(subject, value, 'an object')
  for (const field in value) {
    if (!Object.hasOwn(readers, field)) {
      throw unknownField(subject, memberPath(owner, field), field, Object.keys(readers))
    }
  }
  const given: { [Name in keyof Readers]?: unknown } = {}
  for (const name in readers) {
    const field = value[name]
    if (field !== undefined) given[name] = readers[name]!(field, memberPath(owner, name))
  }
  return given as ReturnType<typeof readGiven<Readers>>
}

/** Names and keys that people give. */
export function readText(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 200) return value
  throw badValue(path, value, 'a text of 1 to 200 characters')
}

/** What a run is called, or what its id begins with. Journals that belong to no run begin with a dot in a store. */
export function readRunId(value: unknown, path: string): string {
  const id = readText(value, path)
  if (!id.startsWith('.')) return id
  throw badValue(path, value, 'a text that does not begin with a dot')
}

/** Names that people give, each once. Throws `CONFIG_INVALID`. The result is frozen. */
export function readNames(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw badValue(path, value, 'a list of texts')
  return Object.freeze([...new Set(value.map((name, index) => readText(name, `${path}[${index}]`)))])
}

/**
 * Returns the object if it has all these methods; throws `CONFIG_INVALID` otherwise. `what` says what it should be: `a
 * clock`.
 */
export function readMethods<Value extends object>(
  value: Value,
  path: string,
  what: string,
  methods: readonly (string & keyof Value)[],
): Value {
  const given: unknown = value
  if (isRecord(given) && methods.every((method) => typeof given[method] === 'function')) return value
  throw badValue(path, value, `${what}, with ${methods.slice(0, -1).join(', ')} and ${methods.at(-1)}`)
}

export function readOneOf<Name extends string>(value: unknown, path: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value)
  if (found !== undefined) return found
  throw new DagmarError('CONFIG_INVALID', {
    message: `${path} is ${show(value)}, but it must be one of ${names.join(', ')}.${guess(value, names)}`,
    facts: { field: path, value },
  })
}

/** `Infinity` passes where `orInfinity` is set. */
export function readInteger(value: unknown, path: string, least: number, orInfinity = false): number {
  if (typeof value === 'number' && value >= least) {
    if (Number.isSafeInteger(value) || (orInfinity && value === Number.POSITIVE_INFINITY)) return value
  }
  throw badValue(path, value, `an integer of ${least} or more${orInfinity ? ', or Infinity' : ''}`)
}

/** The bounds are included. The value must be finite, even where a bound is not. */
export function readNumber(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most) return value
  throw badValue(
    path,
    value,
    most === Number.POSITIVE_INFINITY ? `a number of ${least} or more` : `between ${least} and ${most}`,
  )
}

export interface DurationBounds {
  /** Refuses 0. */
  readonly positive?: boolean
  /** Refuses Infinity. */
  readonly finite?: boolean
}

/** In milliseconds. Throws `DURATION_INVALID`. */
export function readDuration(value: unknown, path: string, bounds: DurationBounds = {}): number {
  const ms = toMs(value)
  if (ms === undefined) throw badDuration(path, value, 'which is not a duration', durationHint)
  if (bounds.positive === true && ms === 0) throw badDuration(path, value, 'but it must be more than 0')
  if (bounds.finite === true && !Number.isFinite(ms)) throw badDuration(path, value, 'but it must be finite')
  return ms
}

/** How many may hold a slot at once. */
export function readConcurrency(value: unknown, path: string): number {
  return readInteger(value, path, 0, true)
}

/** In milliseconds, and not 0. */
export function readTimeout(value: unknown, path: string): number {
  return readDuration(value, path, { positive: true })
}

/** Amounts by pool: names that are not empty, integers of 1 or more. The result has no prototype and is frozen. */
export function readAmounts(value: unknown, path: string): Readonly<Record<string, number>> {
  if (!isRecord(value)) throw badValue(path, value, 'an object of amounts by pool')
  const amounts = Object.create(null) as Record<string, number>
  for (const [pool, amount] of Object.entries(value)) {
    if (pool.trim() === '') throw badValue(`The name of a pool in ${path}`, pool, 'a text that is not empty')
    amounts[pool] = readInteger(amount, memberPath(path, pool), 1)
  }
  return Object.freeze(amounts)
}

export const noAmounts = readAmounts({}, '')

function guess(value: unknown, names: readonly string[]): string {
  return typeof value === 'string' ? didYouMean(value, names) : ''
}

function badDuration(path: string, value: unknown, reason: string, hint?: string): DagmarError {
  return new DagmarError('DURATION_INVALID', {
    message: `${path} is ${show(value)}, ${reason}.`,
    ...(hint === undefined ? {} : { hint }),
    facts: { field: path, value },
  })
}
