import { DagmarError } from '../../errors/dagmar-error.ts'
import { surveyJson } from '../../executors/process/read-json.ts'
import { isRecord, show } from '../../graph/read-values.ts'
import { spelledOut } from '../../text/spelled-out.ts'

export interface InputSources {
  /** The input that the plan has. */
  readonly planned: unknown
  /** The content of the file of `--input`. It is laid over the plan's input, field by field. */
  readonly given: unknown
  /** `--set`: `key=value`, laid over both. */
  readonly settings: readonly string[]
}

const deepest = 100
const longestShown = 80

/** The input of a run. Throws `INPUT_INVALID`. */
export function runInput({ planned, given, settings }: InputSources): unknown {
  return settings.reduce<unknown>(set, given === undefined ? planned : overlaid(planned, given))
}

/** A file of JSON or YAML; `-` is stdin. Rejects with `INPUT_INVALID`. */
export async function readInput(path: string): Promise<unknown> {
  const name = path === '-' ? 'stdin' : path
  let text: string
  const { gathered, readSource } = await import('../../plan-file/read-source.ts')
  try {
    text = (path === '-' ? await gathered(process.stdin) : await readSource(path)).toString()
  } catch (thrown) {
    throw invalid(`The input ${name} cannot be read: ${(thrown as Error).message}.`, thrown)
  }
  const { readText } = await import('../../plan-file/read-text.ts')
  const { value, places, problems, lineAndColumn } = readText(text.replace(/^\uFEFF/, ''))
  const [first] = problems
  if (first !== undefined) {
    const { line, column } = lineAndColumn(first.offset)
    throw invalid(
      `The input ${name} is neither JSON nor YAML: line ${line}, column ${column}: ${spelledOut(first.message)}`,
    )
  }
  const { changedNumbers } = await import('../../plan-file/changed-numbers.ts')
  const [changed] = changedNumbers(value, places)
  if (changed === undefined) return value
  const { line, column } = lineAndColumn(places.offsetOf(changed.path))
  throw invalid(
    `The input ${name} has a number that JavaScript cannot hold exactly: line ${line}, column ${column}: ${changed.written}. Write it as a text.`,
  )
}

/** Fields of objects are replaced one by one, all other values as a whole. */
function overlaid(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above
  const merged: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    define(merged, key, Object.hasOwn(below, key) ? overlaid(below[key], value) : value)
  }
  return merged
}

function set(input: unknown, given: string): unknown {
  const setting = given.length > longestShown ? `${given.slice(0, longestShown)}…` : given
  const equals = given.indexOf('=')
  const path = given.slice(0, equals).split('.')
  if (equals < 1 || path.includes('')) {
    throw invalid(`--set ${setting} is not of the form key=value, as in --set deploy.region=eu.`)
  }
  if (path.length > deepest) {
    throw invalid(`--set ${path.slice(0, 3).join('.')}… names a field more than ${deepest} objects deep.`)
  }
  const value = valueOf(given.slice(equals + 1), setting)
  if (input !== undefined && (typeof input !== 'object' || input === null)) {
    throw invalid(`--set ${setting} sets a field, but the input is not an object.`)
  }
  return placed(input, path, value, setting)
}

/** The value with another one in place of that which the path leads to. */
function placed(at: unknown, path: readonly string[], value: unknown, setting: string): unknown {
  const [key, ...rest] = path
  if (key === undefined) return overlaid(at, value)
  if (Array.isArray(at)) {
    const list: readonly unknown[] = at
    const index = /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : list.length
    if (index < list.length) return list.with(index, placed(list[index], rest, value, setting))
    throw invalid(
      `--set ${setting} names '${key}' of a list, which has ${list.length === 0 ? 'no elements' : `the elements 0 to ${list.length - 1}`}.`,
    )
  }
  if (at !== undefined && at !== null && !isRecord(at)) {
    throw invalid(`--set ${setting} names '${key}' of ${show(at)}, which has no fields.`)
  }
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(at ?? {})) define(fields, name, field)
  const below = Object.hasOwn(fields, key) ? fields[key] : undefined
  define(fields, key, placed(below, rest, value, setting))
  return fields
}

/**
 * The value of a text that is JSON, else the text itself. A number that is spelled in another way than JSON would spell
 * it, such as 3.10 or 1e3, is a text: it may be a version.
 */
function valueOf(text: string, setting: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text) as unknown
  } catch {
    return text
  }
  if (typeof value === 'number') return isOwnSpelling(text) ? value : text
  const { depth, odd } = surveyJson(text, (number) => !isOwnSpelling(number))
  if (depth > deepest) throw invalid(`--set ${setting} is more than ${deepest} deep.`)
  if (odd === undefined) return value
  throw invalid(
    `--set ${setting} has the number ${odd}, which would become ${String(Number(odd))}. Write it so, or as a text: "${odd}".`,
  )
}

function isOwnSpelling(number: string): boolean {
  return JSON.stringify(Number(number)) === number
}

/** Makes an own field, whatever its name: an assignment to `__proto__` would not. */
function define(fields: object, key: string, value: unknown): void {
  Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true })
}

function invalid(message: string, cause?: unknown): DagmarError {
  return new DagmarError('INPUT_INVALID', { message, cause })
}
