/** Which variables are written nowhere. */
export type IsSecret = (name: string) => boolean

/** Names of variables, with `*` for any letters, as `redact` in the user's configuration has them. */
export function secretNames(patterns: readonly string[]): IsSecret {
  const whole = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`))
  return (name) => whole.some((pattern) => pattern.test(name))
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
