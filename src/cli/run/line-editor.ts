export interface LineEditorOptions {
  /** True while one key of a few is wanted, without Enter. */
  readonly isMenu: () => boolean
  readonly isChoice: (key: string) => boolean
  readonly onChange: (text: string) => void
  readonly onLine: (line: string) => void
  /** Called for Ctrl-C, of which a terminal in raw mode makes no signal. */
  readonly onInterrupt: () => void
}

/**
 * Turns keys into lines: Backspace removes one character, Ctrl-U all, Enter ends the line. Other control keys and
 * arrows do nothing.
 */
export class LineEditor {
  readonly #options: LineEditorOptions
  #text = ''

  constructor(options: LineEditorOptions) {
    this.#options = options
  }

  type(keys: string): void {
    const before = this.#text
    // The sequence of a key such as an arrow begins with escape, and arrives as a whole.
    for (const key of keys.replace(arrows, '')) this.#press(key)
    // Once for a whole paste, because showing a text takes time in proportion to its length.
    if (this.#text !== before) this.#options.onChange(this.#text)
  }

  #press(key: string): void {
    const { isMenu, isChoice, onLine, onInterrupt } = this.#options
    if (key === '\u0003') onInterrupt()
    else if (key === '\r' || key === '\n') {
      const line = this.#text
      this.#text = ''
      onLine(line)
    } else if (key === '\u007f' || key === '\b') {
      this.#text = withoutLastCharacter(this.#text)
    } else if (key === '\u0015') {
      this.#text = ''
    } else if (isMenu()) {
      if (isChoice(key.toLowerCase())) onLine(key)
    } else if (key >= ' ') this.#text += key
  }
}

/** The text without its last character, which may be a pair of surrogates. */
function withoutLastCharacter(text: string): string {
  const isPair = (text.codePointAt(text.length - 2) ?? 0) > 0xffff
  return text.slice(0, isPair ? -2 : -1)
}

// oxlint-disable-next-line no-control-regex
const arrows = /\u001b(?:\[[\d;]*[ -/]*[@-~]|O.)?/g
