/** A path into a JSON value: keys and indices. */
export type JsonPath = readonly (string | number)[]

/**
 * The offset, in a JSON text, of the value that the path leads to, or of the last value on the path that exists. For a
 * text that is no JSON, the offset of the first error. Meant for error messages: it reads the text from the start, once.
 */
export function offsetInJson(text: string, path: JsonPath): number {
  const scan = new Scan(text, path)
  try {
    scan.run()
  } catch (thrown) {
    if (!(thrown instanceof NoJson)) throw thrown
    return scan.at
  }
  return scan.found
}

class NoJson extends Error {}

/** A list or an object that the scan is currently in. */
interface Level {
  readonly close: ']' | '}'
  /** True when all steps to it were those of the path. */
  readonly isOnPath: boolean
  index: number
}

class Scan {
  at = 0
  /** The offset of the deepest value on the path that has been found so far. */
  found = 0
  #depth = -1
  readonly #text: string
  readonly #path: JsonPath
  /** Instead of recursion, because a text may be nested more deeply than the stack allows. */
  readonly #levels: Level[] = []

  constructor(text: string, path: JsonPath) {
    this.#text = text
    this.#path = path
  }

  run(): void {
    let isOpen = this.#value(true)
    while (this.#levels.length > 0) {
      const level = this.#levels.at(-1)!
      this.#skipBlanks()
      if (this.#takes(level.close)) {
        this.#levels.pop()
        isOpen = false
        continue
      }
      if (!isOpen && !this.#takes(',')) throw new NoJson()
      const key = level.close === '}' ? this.#key() : level.index
      level.index++
      isOpen = this.#value(level.isOnPath && key === this.#path[this.#levels.length - 1])
    }
    this.#skipBlanks()
    if (this.at < this.#text.length) throw new NoJson()
  }

  /** Reads past a value, or past the opening bracket of a list or an object. True for a bracket. */
  #value(isOnPath: boolean): boolean {
    this.#skipBlanks()
    if (isOnPath && this.#levels.length > this.#depth) {
      this.found = this.at
      this.#depth = this.#levels.length
    }
    const isObject = this.#takes('{')
    if (!isObject && !this.#takes('[')) {
      this.#scalar()
      return false
    }
    this.#levels.push({ close: isObject ? '}' : ']', isOnPath, index: 0 })
    return true
  }

  #key(): string {
    this.#skipBlanks()
    const key = JSON.parse(this.#quoted()) as string
    this.#skipBlanks()
    if (!this.#takes(':')) throw new NoJson()
    return key
  }

  #scalar(): void {
    if (this.#text[this.at] === '"') this.#quoted()
    else this.#match(plain)
  }

  #quoted(): string {
    const start = this.at
    const end = endOfString(this.#text, start)
    if (end === undefined) throw new NoJson()
    this.at = end
    return this.#text.slice(start, end)
  }

  #skipBlanks(): void {
    this.#match(blanks)
  }

  #takes(sign: string): boolean {
    if (this.#text[this.at] !== sign) return false
    this.at++
    return true
  }

  #match(shape: RegExp): string {
    shape.lastIndex = this.at
    const match = shape.exec(this.#text)
    if (match === null) throw new NoJson()
    this.at = shape.lastIndex
    return match[0]
  }
}

const blanks = /[ \t\r\n]*/y
const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const escapeSequence = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y

/** The offset after the closing quote of the string that begins at `start`. Undefined where it is no valid string. */
function endOfString(text: string, start: number): number | undefined {
  if (text[start] !== '"') return undefined
  for (let at = start + 1; at < text.length; ) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') {
      escapeSequence.lastIndex = at
      if (!escapeSequence.test(text)) return undefined
      at = escapeSequence.lastIndex
    } else if (text.charCodeAt(at) < 0x20) return undefined
    else at++
  }
  return undefined
}
