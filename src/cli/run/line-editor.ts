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
    // The sequence of a key such as an arrow begins with escape, and arrives as a whole.
    for (const key of keys.replace(arrows, '')) this.#press(key)
  }

  #press(key: string): void {
    const { isMenu, isChoice, onChange, onLine, onInterrupt } = this.#options
    if (key === '\u0003') onInterrupt()
    else if (key === '\r' || key === '\n') {
      const line = this.#text
      this.#text = ''
      onLine(line)
    } else if (key === '\u007f' || key === '\b') {
      this.#text = this.#text.replace(/.$/su, '')
      onChange(this.#text)
    } else if (key === '\u0015') {
      this.#text = ''
      onChange('')
    } else if (isMenu()) {
      if (isChoice(key.toLowerCase())) onLine(key)
    } else if (key >= ' ') {
      this.#text += key
      onChange(this.#text)
    }
  }
}

// oxlint-disable-next-line no-control-regex
const arrows = /\u001b(?:\[[\d;]*[ -/]*[@-~]|O.)?/g
