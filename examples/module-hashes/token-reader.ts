import type { Token } from './tokens.ts'

/** A place in the tokens that moves on by what is taken there. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #at: number

  constructor(tokens: readonly Token[], at: number) {
    this.#tokens = tokens
    this.#at = at
  }

  /** Of the token here; nothing for a string, since one that says `from` is no keyword. */
  get text(): string {
    const token = this.#tokens[this.#at]
    return token === undefined || token.kind === 'string' ? '' : token.text
  }

  get isWord(): boolean {
    return this.#tokens[this.#at]?.kind === 'word'
  }

  /** Whether `from './a'` comes here; `from` may be a name as well. */
  get isFrom(): boolean {
    return this.text === 'from' && this.#tokens[this.#at + 1]?.kind === 'string'
  }

  skip(): void {
    this.#at += 1
  }

  take(text: string): boolean {
    if (this.text !== text) return false
    this.#at += 1
    return true
  }

  takeString(): string | undefined {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'string') return undefined
    this.#at += 1
    return token.text
  }

  /** The `type` of `import type …`, but not that of `import type from './a'`, which is the name of what is imported. */
  takeTypeKeyword(): boolean {
    const here = this.#at
    if (!this.take('type')) return false
    if (!this.isFrom && (this.isWord || this.text === '{' || this.text === '*')) return true
    this.#at = here
    return false
  }

  /** After a brace: the words of each name up to the closing one, as `['type', 'A', 'as', 'B']`. */
  takeNames(): readonly (readonly string[])[] {
    const names: string[][] = [[]]
    for (; this.#at < this.#tokens.length && !this.take('}'); this.skip()) {
      if (this.text === ',') names.push([])
      else names.at(-1)!.push(this.#tokens[this.#at]!.text)
    }
    return names.filter((words) => words.length > 0)
  }
}
