export interface LineEditorOptions {
  /** Whether what is asked for is one key of a few, without Enter; other keys then do nothing. */
  readonly isMenu: () => boolean
  readonly isChoice: (key: string) => boolean
  readonly onChange: (text: string) => void
  readonly onLine: (line: string) => void
  /** Ctrl-C: a terminal in raw mode makes no signal of it. */
  readonly onInterrupt: () => void
}

/** Makes lines of keys: Backspace takes one back, Ctrl-U all, Enter ends. Other control keys and arrows do nothing. */
export class LineEditor {
  readonly #options: LineEditorOptions
  #text = ''

  constructor(options: LineEditorOptions) {
    this.#options = options
  }

  type(keys: string): void {
    // What a key such as an arrow sends begins with escape, and comes as a whole.
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
