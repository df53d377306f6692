/** A member of a list or an object: its index, or its name. */
export type Member = readonly [name: string, value: unknown]

/** What is in a value; undefined for one that has no members. */
export function membersOf(value: unknown): readonly Member[] | undefined {
  if (Array.isArray(value)) return value.map((member: unknown, index): Member => [String(index), member])
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined
}

/** Whether a value has more parts than that, with all that is in it. Looks at no more of it than it has to. */
export function isLarger(value: unknown, parts: number): boolean {
  let left = parts
  const count = (one: unknown): boolean => {
    if (--left < 0) return false
    if (typeof one === 'string') left -= Math.floor(one.length / 80)
    const members = membersOf(one)
    return left >= 0 && (members === undefined || members.every(([, member]) => count(member)))
  }
  return !count(value)
}

/** A value in one line, cut to about that many characters: `{passed: 118, files: […2]}`. */
export function brief(value: unknown, most = 60): string {
  const members = membersOf(value)
  if (members === undefined) {
    const text = typeof value === 'string' ? JSON.stringify(value.slice(0, most + 1)) : String(value)
    return text.length > most ? `${text.slice(0, most)}…` : text
  }
  const isList = Array.isArray(value)
  const [open, close] = isList ? '[]' : '{}'
  let inside = ''
  for (const [name, member] of members) {
    const deeper = membersOf(member)
    const shown =
      deeper === undefined
        ? brief(member, 24)
        : `${Array.isArray(member) ? '[' : '{'}…${deeper.length}${Array.isArray(member) ? ']' : '}'}`
    const next = `${inside === '' ? '' : `${inside}, `}${isList ? '' : `${name}: `}${shown}`
    if (next.length > most) {
      inside = `${inside === '' ? '' : `${inside}, `}…`
      break
    }
    inside = next
  }
  return `${open}${inside}${close}`
}

/** A value as JSON to be copied. */
export function raw(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? String(value))
}

/** Whether two values are the same as JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  const members = membersOf(a)
  const others = membersOf(b)
  if (members === undefined || others === undefined) return a === b
  const known = new Map(others)
  return (
    members.length === others.length &&
    Array.isArray(a) === Array.isArray(b) &&
    members.every(([name, member]) => known.has(name) && isSame(member, known.get(name)))
  )
}
