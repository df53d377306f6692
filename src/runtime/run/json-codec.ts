import type { Codec } from '../../ports/codec.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { show } from '../../graph/read-values.ts'

/** The codec of those who give none: a copy as JSON would make it, refused where JSON would lose something. */
export const jsonCodec: Codec = {
  encode: (output) => {
    if (output === undefined) return undefined
    const path: (string | number)[] = []
    try {
      return copyOf(output, path, new Set())
    } catch (thrown) {
      // What a getter throws, or a proxy; a stack that is full says it better itself.
      if (thrown instanceof NotJsonError || thrown instanceof RangeError) throw thrown
      throw new NotJsonError(path, `an object that cannot be read: ${thrownText(thrown)}`)
    }
  },
  decode: (kept) => kept,
}

type Path = readonly (string | number)[]

/** Says where in an output something is that JSON does not know. */
export class NotJsonError extends Error {
  constructor(path: Path, what: string) {
    super(`output${placeOf(path)} is ${what}`)
  }
}

function placeOf(path: Path): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`
      return /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`
    })
    .join('')
}

function copyOf(value: unknown, path: (string | number)[], around: Set<object>): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'object') return copyOfObject(value, path, around)
  // JSON has no -0.
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
  throw new NotJsonError(path, nameOf(value))
}

function nameOf(value: unknown): string {
  if (typeof value === 'bigint') return `the BigInt ${value}n`
  return typeof value === 'symbol' ? 'a symbol' : show(value)
}

function copyOfObject(value: object, path: (string | number)[], around: Set<object>): unknown {
  if (around.has(value)) throw new NotJsonError(path, 'an object that it lies in itself: a cycle')
  around.add(value)
  const copy = copyOfParts(value, path, around)
  around.delete(value)
  return copy
}

function copyOfParts(value: object, path: (string | number)[], around: Set<object>): unknown {
  if (Array.isArray(value)) {
    const copy: unknown[] = []
    // Not by `map`, which passes over holes.
    for (let index = 0; index < value.length; index++) {
      path.push(index)
      copy.push(copyOf(value[index], path, around))
      path.pop()
    }
    return copy
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return copyOf(value.toJSON(path.at(-1) ?? ''), path, around)
  }
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag === 'String' || tag === 'Number' || tag === 'Boolean') return value.valueOf()
  if (holdingMore.has(tag) || ArrayBuffer.isView(value))
    throw new NotJsonError(path, `a ${value.constructor.name}`)
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) {
    path.push(name)
    const own = copyOf(part, path, around)
    path.pop()
    if (name === '__proto__')
      Object.defineProperty(copy, name, { value: own, enumerable: true, writable: true })
    else copy[name] = own
  }
  return copy
}

/** Those of which JSON makes an object that says nothing of them. */
const holdingMore: ReadonlySet<string> = new Set([
  'Map',
  'Set',
  'Error',
  'RegExp',
  'Promise',
  'WeakMap',
  'WeakSet',
  'ArrayBuffer',
])
