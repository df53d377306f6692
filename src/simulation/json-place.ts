/** A step of a path into a JSON value. */
export type JsonPath = readonly (string | number)[]

/**
 * The offset of what the path leads to in a JSON text, or of the last on the way there that exists; for a text that is
 * no JSON, the offset where it ceases to be. For error messages: it reads the text from its beginning.
 */
export function offsetInJson(text: string, path: JsonPath): number {
  const scan = new Scan(text, path)
  try {
    scan.value(0, true)
    scan.end()
  } catch (thrown) {
    if (!(thrown instanceof NoJson)) throw thrown
    return scan.at
  }
  return scan.found
}

class NoJson extends Error {}

class Scan {
  at = 0
  /** Where the deepest value on the path begins that was met so far. */
  found = 0
  #depth = -1
  readonly #text: string
  readonly #path: JsonPath

  constructor(text: string, path: JsonPath) {
    this.#text = text
    this.#path = path
  }

  /** Passes over a value that is `depth` steps in; `isOnPath` when all steps were those of the path. */
  value(depth: number, isOnPath: boolean): void {
    this.#skipBlanks()
    if (isOnPath && depth > this.#depth) {
      this.found = this.at
      this.#depth = depth
    }
    if (this.#takes('{')) this.#entries('}', depth, isOnPath)
    else if (this.#takes('[')) this.#entries(']', depth, isOnPath)
    else this.#match(scalar)
  }

  end(): void {
    this.#skipBlanks()
    if (this.at < this.#text.length) throw new NoJson()
  }

  #entries(close: '}' | ']', depth: number, isOnPath: boolean): void {
    this.#skipBlanks()
    if (this.#takes(close)) return
    const step = this.#path[depth]
    for (let index = 0; ; index++) {
      const key = close === '}' ? this.#key() : index
      this.value(depth + 1, isOnPath && key === step)
      this.#skipBlanks()
      if (this.#takes(close)) return
      if (!this.#takes(',')) throw new NoJson()
    }
  }

  #key(): string {
    this.#skipBlanks()
    const key = JSON.parse(this.#match(quoted)) as string
    this.#skipBlanks()
    if (!this.#takes(':')) throw new NoJson()
    return key
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
const quoted = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const scalar = new RegExp(
  `${quoted.source}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null`,
  'uy',
)
