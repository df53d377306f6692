/** Amounts of named resources. What a task uses is granted whole or not at all. */
export class Pools {
  readonly #total: ReadonlyMap<string, number>
  readonly #used = new Map<string, number>()

  constructor(totals: Readonly<Record<string, number>>) {
    this.#total = new Map(Object.entries(totals))
  }

  /** The amount of a pool; undefined where there is no pool of that name. */
  total(name: string): number | undefined {
    return this.#total.get(name)
  }

  /** All amounts, by name. */
  get totals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#total)
  }

  used(name: string): number {
    return this.#used.get(name) ?? 0
  }

  /** The name of a pool that has too little left, or undefined when there is enough of everything. */
  lacking(uses: Readonly<Record<string, number>>): string | undefined {
    for (const name in uses) {
      const total = this.#total.get(name)
      if (total !== undefined && this.used(name) + uses[name]! > total) return name
    }
    return undefined
  }

  /** Takes the amounts. Names that are none of these pools are ignored. */
  take(uses: Readonly<Record<string, number>>): void {
    this.#change(uses, 1)
  }

  give(uses: Readonly<Record<string, number>>): void {
    this.#change(uses, -1)
  }

  #change(uses: Readonly<Record<string, number>>, sign: 1 | -1): void {
    for (const name in uses) {
      if (this.#total.has(name)) this.#used.set(name, this.used(name) + sign * uses[name]!)
    }
  }
}
