const open = '${{'

/**
 * The text with each `${{ name }}` replaced by `valueOf(name)`, or left as it is where that is undefined. A placeholder
 * has no `}` between its braces.
 */
export function filled(text: string, valueOf: (name: string, whole: string) => string | undefined): string {
  let done = ''
  let from = 0
  for (let at = text.indexOf(open); at !== -1; ) {
    const close = text.indexOf('}', at + open.length)
    if (close === -1) break
    if (text[close + 1] === '}') {
      const whole = text.slice(at, close + 2)
      const value = valueOf(text.slice(at + open.length, close).trim(), whole)
      done += text.slice(from, at) + (value ?? whole)
      from = close + 2
    }
    at = text.indexOf(open, close + 1)
  }
  return done + text.slice(from)
}
