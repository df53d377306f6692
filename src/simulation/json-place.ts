/** A path into a JSON value: keys and indices. */
export type JsonPath = readonly (string | number)[]

/**
 * The offset, in a JSON text, of the value that the path leads to, or of the last value on the path that exists. For a
 * text that is no JSON, the offset of the first error. Meant for error messages: it reads the text from the start.
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
  /** The offset of the deepest value on the path that has been found so far. */
  found = 0
  #depth = -1
  readonly #text: string
  readonly #path: JsonPath

  constructor(text: string, path: JsonPath) {
    this.#text = text
    this.#path = path
  }

  /** Reads past a value at that depth. `isOnPath` says that all steps to it were those of the path. */
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
