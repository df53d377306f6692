const mostNamed = 5

/** Names in a sentence, only the first few if there are many: `a`, `a and b`, `a, b, c, d, e and 7 more`. */
export function listed(names: readonly string[], most = mostNamed): string {
  if (names.length <= 1) return names.join('')
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
