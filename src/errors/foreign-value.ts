// A value that user code throws, returns or reports may be anything, and looking at it may run user code. These
// functions never throw.

export function isError(value: unknown): value is Error {
  try {
    // An error of another realm, such as a vm context or a test framework, is not an instance of this realm's Error.
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
  } catch {
    // A proxy may throw at any touch.
    return false
  }
}

/** A field of a foreign object. Undefined where it cannot be read. */
export function readField(from: object, field: string | symbol): unknown {
  try {
    return Reflect.get(from, field)
  } catch {
    return undefined
  }
}

/** A value as a text for people: its JSON, if it has any. */
export function shownValue(value: unknown): string {
  try {
    return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
  } catch {
    return kindOf(value)
  }
}

function kindOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value)
  } catch {
    return `a value of type ${typeof value}`
  }
}

/** The text in a field of an error, or '' where there is none. */
export function textIn(error: Error, field: 'name' | 'message'): string {
  const text = readField(error, field)
  if (typeof text === 'string') return text
  return text === undefined ? '' : shownValue(text)
}

/** The thrown value if it is an error, else an error with its text. */
export function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(thrownText(thrown))
}

/** The message of a thrown value, whatever it is. */
export function thrownText(thrown: unknown): string {
  if (!isError(thrown)) return typeof thrown === 'string' ? thrown : shownValue(thrown)
  return textIn(thrown, 'message') || textIn(thrown, 'name')
}
