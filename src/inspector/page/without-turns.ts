/** Characters that change the direction of writing. */
const turns = /[\p{Bidi_C}\u2028\u2029]/gu

/** A text without what changes the direction of writing: a name or a line must not look like another one. */
export function withoutTurns(text: string): string {
  return text.replace(turns, '')
}
