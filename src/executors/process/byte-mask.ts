import { patternOf, redacted } from '../../text/redacted.ts'

/**
 * Masks secrets in a stream of bytes, wherever it is cut. Holds back only what may be the beginning of a secret.
 */
export class ByteMask {
  readonly #secrets: readonly string[]
  readonly #pattern: RegExp
  /** Bytes as characters of the same number. */
  #held = ''

  /** At least one secret, none of them empty. */
  constructor(secrets: Iterable<string>) {
    this.#secrets = [...secrets].map((secret) => Buffer.from(secret).toString('latin1'))
    this.#pattern = patternOf(this.#secrets)!
  }

  push(chunk: Buffer): Buffer {
    const text = this.#held + chunk.toString('latin1')
    this.#held = ''
    let hold = this.#holdFrom(text, 0)
    let shown = ''
    let from = 0
    this.#pattern.lastIndex = 0
    for (
      let found = this.#pattern.exec(text);
      found !== null && found.index < hold;
      found = this.#pattern.exec(text)
    ) {
      shown += text.slice(from, found.index) + redacted
      from = this.#pattern.lastIndex
      if (from > hold) hold = this.#holdFrom(text, from)
    }
    this.#held = text.slice(hold)
    return Buffer.from(shown + text.slice(from, hold), 'latin1')
  }

  /** What a chunk would make, if it came next. */
  preview(chunk: Buffer): Buffer {
    const held = this.#held
    const shown = this.push(chunk)
    this.#held = held
    return shown
  }

  /** What was held back, which has turned out to be no secret, or a whole one. */
  end(): Buffer {
    const rest = this.#held.replaceAll(this.#pattern, redacted)
    this.#held = ''
    return Buffer.from(rest, 'latin1')
  }

  /** Where the longest beginning of a secret starts that the text ends with, not before `from`. */
  #holdFrom(text: string, from: number): number {
    let hold = text.length
    for (const secret of this.#secrets) {
      const most = Math.min(secret.length - 1, text.length - from)
      for (let length = most; length > text.length - hold; length--) {
        if (!text.endsWith(secret.slice(0, length))) continue
        hold = text.length - length
        break
      }
    }
    return hold
  }
}
