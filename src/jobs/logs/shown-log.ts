import { StringDecoder } from 'node:string_decoder'
import { colouredText, shownText } from '../../text/shown-text.ts'

/** Longer lines are shown in parts, in characters. */
const longestLine = 64 * 1024

export interface ShownLogOptions {
  /** Lets escape codes pass that choose colours. @default false */
  readonly isColoured?: boolean
}

/**
 * The bytes of a log as lines for a terminal, wherever they are cut: whatever a command has written, nothing but text and
 * perhaps colours comes out, and what a carriage return would have overwritten is left out.
 */
export class ShownLog {
  readonly #isColoured: boolean
  readonly #decoder = new StringDecoder('utf8')
  #line = ''

  constructor({ isColoured = false }: ShownLogOptions = {}) {
    this.#isColoured = isColoured
  }

  /** The lines that these bytes complete, without newlines. */
  push(bytes: Uint8Array): readonly string[] {
    return this.#lines(this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)))
  }

  /** What has not ended, as a line. Nothing where everything has. */
  end(): readonly string[] {
    const lines = this.#lines(this.#decoder.end())
    if (this.#line === '') return lines
    const last = this.#shown(this.#line)
    this.#line = ''
    return [...lines, last]
  }

  #lines(text: string): readonly string[] {
    const lines: string[] = []
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      lines.push(this.#shown(this.#line + text.slice(from, end)))
      this.#line = ''
      from = end + 1
    }
    this.#line += text.slice(from)
    if (this.#line.length > longestLine) {
      lines.push(this.#shown(this.#line))
      this.#line = ''
    }
    return lines
  }

  #shown(line: string): string {
    if (!this.#isColoured) return shownText(line)
    const coloured = colouredText(line)
    // The next line begins in no colour.
    return coloured.includes('\u001b') ? `${coloured}\u001b[0m` : coloured
  }
}
