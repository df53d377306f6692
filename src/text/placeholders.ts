const open = '${{'

/** A `${{ name }}` in a text. It has no `}` between its braces. */
export interface Placeholder {
  readonly from: number
  /** The offset after it. */
  readonly to: number
  /** What is between the braces, without blanks around it. */
  readonly name: string
}

/** The placeholders of a text, in their order. */
export function placeholdersIn(text: string): readonly Placeholder[] {
  const found: Placeholder[] = []
  for (let from = text.indexOf(open); from !== -1; ) {
    const close = text.indexOf('}', from + open.length)
    if (close === -1) break
    if (text[close + 1] === '}') {
      found.push({ from, to: close + 2, name: text.slice(from + open.length, close).trim() })
    }
    from = text.indexOf(open, close + 1)
  }
  return found
}

/** The text with each `${{ name }}` replaced by `valueOf(name)`, or left as it is where that is undefined. */
export function filled(text: string, valueOf: (name: string, whole: string) => string | undefined): string {
  let done = ''
  let at = 0
  for (const { from, to, name } of placeholdersIn(text)) {
    const whole = text.slice(from, to)
    done += text.slice(at, from) + (valueOf(name, whole) ?? whole)
    at = to
  }
  return done + text.slice(at)
}
