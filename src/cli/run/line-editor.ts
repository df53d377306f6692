/** A line as it is typed, key by key: Backspace removes one character, Ctrl-U all, Enter ends the line. */
export class LineEditor {
  #text = ''

  get text(): string {
    return this.#text
  }

  /** Takes a key as `keysIn` names it. Gives the line that it ends, if it ends one. */
  press(key: string): string | undefined {
    if (key === '<enter>') return this.clear()
    if (key === '<backspace>') this.#text = withoutLastCharacter(this.#text)
    else if (key === '<ctrl-u>') this.#text = ''
    else if (!isNamed(key)) this.#text += key
    return undefined
  }

  /** Forgets what was typed, and gives it. */
  clear(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}

/** True for a key that is no character. */
export function isNamed(key: string): boolean {
  return key.length > 1 && key.startsWith('<')
}

/** The text without its last character, which may be a pair of surrogates. */
function withoutLastCharacter(text: string): string {
  const isPair = (text.codePointAt(text.length - 2) ?? 0) > 0xffff
  return text.slice(0, isPair ? -2 : -1)
}
