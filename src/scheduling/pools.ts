/** Amounts of named resources. A need is granted whole or not at all. */
export class Pools {
  readonly #total: ReadonlyMap<string, number>
  readonly #used = new Map<string, number>()

  constructor(totals: Readonly<Record<string, number>>) {
    this.#total = new Map(Object.entries(totals))
  }

  /** The amount of the pool, or undefined where there is none of that name. */
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

  /** The name of a pool of these that has too little left, or undefined when all of the need is there. */
  lacking(uses: Readonly<Record<string, number>>): string | undefined {
    for (const name in uses) {
      const total = this.#total.get(name)
      if (total !== undefined && this.used(name) + uses[name]! > total) return name
    }
    return undefined
  }

  /** Takes what these pools have of the need; names of other pools are passed over. */
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
