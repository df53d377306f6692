const deepest = 100

/**
 * A value as a text that is the same for equal plain data, whatever the order of keys. Functions, symbols, instances of
 * classes, and anything deeper than 100 levels, appear only by their kind. Takes any value and never throws.
 */
export function canonicalText(value: unknown): string {
  try {
    return textOf(value, [])
  } catch {
    return 'unreadable'
  }
}

function textOf(value: unknown, within: readonly object[]): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '0' : String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? typeof value : String(value)
  }
  if (within.includes(value) || within.length === deepest) return 'repeated'
  const inside = [...within, value]
  if (Array.isArray(value)) return `[${value.map((part) => textOf(part, inside)).join()}]`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return 'object'
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${textOf(part, inside)}`)
  return `{${parts.join()}}`
}
