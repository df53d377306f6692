/** What stands in the place of a secret. */
export const redacted = '[redacted]'

/** A pattern that finds each of these texts, the longest first. Undefined for none. */
export function patternOf(secrets: Iterable<string>): RegExp | undefined {
  const escaped = [...secrets]
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'g')
}
