import { it } from '@fast-check/vitest'
import type fc from 'fast-check'

/** How many random cases each law is tried on. `DAGMAR_LAW_RUNS` tries more. */
const runs = Number(process.env['DAGMAR_LAW_RUNS'] ?? 500)

/** A guarantee by its name, as a property over everything that the arbitrary can think of. */
export function law<Case>(
  name: string,
  arbitrary: fc.Arbitrary<Case>,
  check: (given: Case) => Promise<readonly string[]> | readonly string[],
): void {
  it.prop([arbitrary], { numRuns: runs })(
    name,
    async (given) => {
      const breaches = await check(given)
      if (breaches.length > 0) throw new Error(breaches.join('\n'))
    },
    240_000,
  )
}
