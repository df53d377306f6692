import type { Codec } from '../../ports/codec.ts'
import { show } from '../../graph/read-values.ts'

/** The codec of those who give none: a copy as JSON would make it, refused where JSON would lose something. */
export const jsonCodec: Codec = {
  encode: (output) => (output === undefined ? undefined : copyOf(output, [], new Set())),
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
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      throw new NotJsonError(path, String(value))
    case 'object':
      if (value === null) return null
      return copyOfObject(value, path, around)
    default:
      throw new NotJsonError(path, nameOf(value))
  }
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
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return value.valueOf()
  if (holdsMore(value)) throw new NotJsonError(path, `a ${value.constructor.name}`)
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

/** Whether it is one of those of which JSON makes an object that says nothing of them. */
function holdsMore(value: object): boolean {
  return (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Error ||
    value instanceof RegExp ||
    value instanceof Promise ||
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value)
  )
}
