/** Where an entry of an object or a list stands in the text, as offsets. */
export interface Place {
  readonly key: number
  readonly value: number
  /** A plain value as it was written: `1.10`, where the value is the number 1.1. */
  readonly written: string | undefined
}

export type Path = readonly (string | number)[]

/** The places of everything that was read from a text. The place of a shared value is that of its anchor. */
export class Places {
  readonly #entries = new WeakMap<object, Map<string | number, Place>>()
  readonly #root: unknown

  constructor(root: unknown, entries: Iterable<readonly [object, Map<string | number, Place>]>) {
    this.#root = root
    for (const [parent, places] of entries) this.#entries.set(parent, places)
  }

  /** The keys of an object in the order of the text. Objects themselves do not keep it for keys like `20`. */
  keysOf(parent: object): string[] {
    return [...(this.#entries.get(parent)?.keys() ?? [])].map(String)
  }

  /** A text, number or boolean as a text, with numbers as they were written. */
  textOf(parent: object, key: string | number): string {
    const value = (parent as Readonly<Record<string, unknown>>)[key]
    if (typeof value === 'string') return value
    return this.#entries.get(parent)?.get(key)?.written ?? String(value)
  }

  /** The offset of the value that the path leads to, or of the last value on the path that exists. */
  offsetOf(path: Path, part: 'key' | 'value' = 'value'): number {
    let at: unknown = this.#root
    let place: Place | undefined
    for (const [depth, key] of path.entries()) {
      const next = typeof at === 'object' && at !== null ? this.#entries.get(at)?.get(key) : undefined
      // A missing field is reported where its owner is named.
      if (next === undefined) return place?.key ?? 0
      place = next
      if (depth === path.length - 1) break
      at = (at as Readonly<Record<string | number, unknown>>)[key]
    }
    return place?.[part] ?? 0
  }
}
