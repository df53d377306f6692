import { DagmarError } from '../../errors/dagmar-error.ts'
import { isRecord } from '../../graph/read-values.ts'
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
  const { value, problems, lineAndColumn } = readText(text.replace(/^\uFEFF/, ''))
  const [first] = problems
  if (first === undefined) return value
  const { line, column } = lineAndColumn(first.offset)
  throw invalid(
    `The input ${name} is neither JSON nor YAML: line ${line}, column ${column}: ${spelledOut(first.message)}`,
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

function set(input: unknown, setting: string): unknown {
  const equals = setting.indexOf('=')
  const path = setting.slice(0, equals).split('.')
  if (equals < 1 || path.includes('')) {
    throw invalid(`--set ${setting} is not of the form key=value, as in --set deploy.region=eu.`)
  }
  if (path.length > deepest) {
    throw invalid(`--set ${path.slice(0, 3).join('.')}… names a field more than ${deepest} objects deep.`)
  }
  if (input !== undefined && !isRecord(input)) {
    throw invalid(`--set ${setting} sets a field, but the input is not an object.`)
  }
  return overlaid(input ?? {}, nested(path, valueOf(setting.slice(equals + 1))))
}

function nested([key, ...rest]: readonly string[], value: unknown): unknown {
  const fields = {}
  define(fields, key!, rest.length === 0 ? value : nested(rest, value))
  return fields
}

/** The value of a text that is JSON, else the text itself. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** Makes an own field, whatever its name: an assignment to `__proto__` would not. */
function define(fields: object, key: string, value: unknown): void {
  Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true })
}

function invalid(message: string, cause?: unknown): DagmarError {
  return new DagmarError('INPUT_INVALID', { message, cause })
}
