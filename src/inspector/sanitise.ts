import { types } from 'node:util'
import { isError, readField, textIn } from '../errors/foreign-value.ts'
import type { JsonValue } from '../events/json-value.ts'

/** What a value is, for a function that decides what may be shown of it. */
export interface ShownPlace {
  /**
   * `text` is what a task writes, reports as its progress or warns of; `context`, `event`, `output` and `error` are
   * those of actors where `actor` is there, and else those of tasks.
   */
  readonly kind:
    | 'input'
    | 'labels'
    | 'output'
    | 'answer'
    | 'question'
    | 'failure'
    | 'handle'
    | 'text'
    | 'context'
    | 'event'
    | 'error'
  readonly runId?: string
  readonly taskId?: string
  readonly actor?: string
}

export interface SanitiserOptions {
  /**
   * Called with whatever is not dagmar's own before it is shown or saved: inputs, outputs, answers, failures, what tasks
   * write, contexts and events of actors. Shows what it returns. If it throws, the value is not shown at all.
   */
  readonly sanitise?: (value: unknown, place: ShownPlace) => unknown
  /** Names of fields whose values are not shown, at any depth, in any case: `['password', 'token']`. @default [] */
  readonly redact?: readonly string[]
}

/** Makes a value that may be anything into one that JSON has. Never throws. */
export type Sanitise = (value: unknown, place: ShownPlace) => JsonValue

const mostDepth = 16
/** Of one list or object. */
const mostMembers = 1_000
/** Of one value, with all that is in it. */
const mostParts = 20_000
const mostCharacters = 400_000
const longestText = 50_000
const longestKey = 1_000

export const notShown = '[not shown]'

/** See `src/inspector/README.md` for what becomes of values that JSON does not have. */
export function sanitiser({ sanitise, redact = [] }: SanitiserOptions = {}): Sanitise {
  const redacted = new Set(redact.map((name) => name.toLowerCase()))
  return (value, place) => {
    if (sanitise === undefined) return new Walk(redacted).of(value)
    let shown: unknown
    try {
      shown = sanitise(value, place)
    } catch {
      // Its message may name what was to be hidden.
      return notShown
    }
    if (isUnwaited(shown)) return notShown
    return new Walk(redacted).of(shown)
  }
}

/** True for a value that is shown as it is. */
export function isPlain(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= longestText
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'boolean' || value === null || value === undefined
}

class Walk {
  readonly #redacted: ReadonlySet<string>
  readonly #within: unknown[] = []
  #parts = mostParts
  #characters = mostCharacters

  constructor(redacted: ReadonlySet<string>) {
    this.#redacted = redacted
  }

  of(value: unknown): JsonValue {
    try {
      return this.#shown(value)
    } catch (thrown) {
      // A proxy may throw at any touch. A stack that is used up is no reason to fail, either.
      return thrown instanceof RangeError ? '[too deep]' : '[not readable]'
    }
  }

  #shown(value: unknown): JsonValue {
    this.#parts--
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        // JSON has one zero.
        if (value === 0) return 0
        return Number.isFinite(value) ? value : String(value)
      case 'boolean':
        return value
      case 'bigint':
        return this.#text(`${value}n`)
      case 'symbol':
        return this.#text(String(value))
      case 'function':
        return this.#text(`[function${nameOf(value)}]`)
      case 'undefined':
        return null
      case 'object':
        return value === null ? null : this.#object(value)
    }
  }

  #text(text: string): string {
    const room = Math.max(0, Math.min(longestText, this.#characters))
    if (text.length <= room) {
      this.#characters -= text.length
      return text
    }
    this.#characters -= room
    return `${text.slice(0, room)}… [${text.length - room} more characters]`
  }

  #object(value: object): JsonValue {
    if (this.#within.includes(value)) return '[circular]'
    if (this.#within.length >= mostDepth || this.#parts <= 0 || this.#characters <= 0) return briefly(value)
    this.#within.push(value)
    try {
      return this.#members(value)
    } finally {
      this.#within.pop()
    }
  }

  #members(value: object): JsonValue {
    if (Array.isArray(value)) return this.#list(value.length, (index) => value[index])
    if (isError(value)) return this.#error(value)
    const special = this.#special(value)
    if (special !== undefined) return special
    const toJson =
      Object.hasOwn(value, 'toJSON') || !isOrdinary(value) ? readField(value, 'toJSON') : undefined
    if (typeof toJson === 'function') {
      const json: unknown = Reflect.apply(toJson, value, [''])
      if (isUnwaited(json)) return '[Promise]'
      if (json !== value) return this.#shown(json)
    }
    return this.#fields(value, classOf(value))
  }

  /** What has no fields that say what it is. */
  #special(value: object): JsonValue | undefined {
    if (types.isDate(value)) {
      const time = Date.prototype.getTime.call(value)
      return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString()
    }
    if (types.isRegExp(value)) return this.#text(RegExp.prototype.toString.call(value))
    if (types.isMap(value)) {
      const entries = this.#first(Map.prototype.entries.call(value))
      return {
        [`[Map ${sizeOf(Map.prototype, value)}]`]: this.#list(entries.length, (index) => entries[index]),
      }
    }
    if (types.isSet(value)) {
      const members = this.#first(Set.prototype.values.call(value))
      return {
        [`[Set ${sizeOf(Set.prototype, value)}]`]: this.#list(members.length, (index) => members[index]),
      }
    }
    if (types.isTypedArray(value)) {
      const { length } = value
      const name = Object.prototype.toString.call(value).slice(8, -1)
      return { [`[${name} ${length}]`]: this.#list(Math.min(length, mostMembers), (index) => value[index]) }
    }
    if (types.isAnyArrayBuffer(value)) return `[ArrayBuffer ${value.byteLength}]`
    if (types.isDataView(value)) return `[DataView ${value.byteLength}]`
    if (types.isBoxedPrimitive(value)) return this.#shown(value.valueOf())
    if (types.isPromise(value)) return '[Promise]'
    if (types.isWeakMap(value) || types.isWeakSet(value)) return '[weak collection]'
    return isActor(value) ? this.#text(`[actor ${String(readField(value, 'id'))}]`) : undefined
  }

  #first<T>(members: Iterable<T>): T[] {
    const first: T[] = []
    for (const member of members) {
      if (first.length >= mostMembers) break
      first.push(member)
    }
    return first
  }

  #list(length: number, at: (index: number) => unknown): JsonValue {
    const shown: JsonValue[] = []
    const most = Math.min(length, mostMembers)
    for (let index = 0; index < most; index++) {
      if (this.#parts <= 0) break
      shown.push(this.of(readAt(at, index)))
    }
    if (shown.length < length) shown.push(`[${length - shown.length} more]`)
    return shown
  }

  #error(error: Error): JsonValue {
    const shown: Record<string, JsonValue> = { '[error]': this.#text(textIn(error, 'name') || 'Error') }
    shown['message'] = this.#text(textIn(error, 'message'))
    const stack = readField(error, 'stack')
    if (typeof stack === 'string') shown['stack'] = this.#text(stack)
    for (const field of ['cause', 'errors']) {
      const value = readField(error, field)
      if (value !== undefined) shown[field] = this.of(value)
    }
    return this.#fields(error, shown, new Set(['name', 'message', 'stack', 'cause', 'errors']))
  }

  #fields(value: object, into: Record<string, JsonValue>, without?: ReadonlySet<string>): JsonValue {
    const keys = Object.keys(value)
    let shown = 0
    for (const key of keys) {
      if (without?.has(key) === true) continue
      if (shown >= mostMembers || this.#parts <= 0 || this.#characters <= 0) {
        put(into, '[more]', `${keys.length - shown} more fields`)
        break
      }
      shown++
      const name = key.length > longestKey ? `${key.slice(0, longestKey)}…` : key
      this.#characters -= name.length
      if (this.#redacted.has(key.toLowerCase())) put(into, name, notShown)
      else {
        const part = readOwn(value, key)
        if (part !== undefined) put(into, name, this.of(part))
      }
    }
    return into
  }
}

/** A promise that was made for the inspector alone, so that nobody else hears of its rejection. */
function isUnwaited(made: unknown): boolean {
  if (!types.isPromise(made)) return false
  made.catch(() => undefined)
  return true
}

/** An accessor is not called: that could change what is looked at. */
function readOwn(value: object, key: string): unknown {
  try {
    const property = Object.getOwnPropertyDescriptor(value, key)
    return property === undefined || 'value' in property ? property?.value : '[getter]'
  } catch {
    return '[not readable]'
  }
}

function readAt(at: (index: number) => unknown, index: number): unknown {
  try {
    return at(index)
  } catch {
    return '[not readable]'
  }
}

/** `__proto__` is a name like any other here. */
function put(into: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(into, key, { value, enumerable: true, configurable: true })
  else into[key] = value
}

function isOrdinary(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function classOf(value: object): Record<string, JsonValue> {
  if (isOrdinary(value)) return {}
  const made = readField(value, 'constructor')
  const name = typeof made === 'function' ? readField(made, 'name') : undefined
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? { '[class]': name.slice(0, longestKey) }
    : {}
}

function isActor(value: object): boolean {
  return (
    typeof readField(value, 'sessionId') === 'string' && typeof readField(value, 'getSnapshot') === 'function'
  )
}

function nameOf(made: object): string {
  const name = readField(made, 'name')
  return typeof name === 'string' && name !== '' ? ` ${name}` : ''
}

function sizeOf(of: object, value: object): number {
  return Reflect.get(of, 'size', value) as number
}

function briefly(value: object): string {
  try {
    return Array.isArray(value) ? `[list of ${value.length}]` : '[object]'
  } catch {
    return '[not readable]'
  }
}
