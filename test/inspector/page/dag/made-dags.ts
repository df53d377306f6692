import fc from 'fast-check'

export interface MadeTask {
  readonly id: string
  readonly needs: readonly string[]
}

/** Dags of all kinds: sparse and dense, in several parts, with tasks that nothing hangs together with. */
export function anyTasks(maxTasks = 60): fc.Arbitrary<readonly MadeTask[]> {
  const links = fc.array(fc.nat(1_000), { maxLength: 4 })
  return fc
    .tuple(fc.array(links, { maxLength: maxTasks }), fc.integer({ min: 1, max: 80 }))
    .map(([tasks, reach]) =>
      tasks.map((given, index) => {
        const needs = given.filter((link) => link % reach < index).map((link) => index - 1 - (link % reach))
        return { id: `t${index}`, needs: [...new Set(needs)].map((need) => `t${need}`) }
      }),
    )
}

/** `count` tasks, each with the ids that it needs. */
export function madeTasks(count: number, needsOf: (index: number) => readonly number[]): MadeTask[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `t${index}`,
    needs: needsOf(index).map((need) => `t${need}`),
  }))
}

/** The same numbers in every run. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return ((state ^ (state >>> 13)) >>> 0) % below
  }
}
