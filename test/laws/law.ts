import { law as anyLaw, type LawOutcome } from 'dagmar/testing'
import type fc from 'fast-check'
import { test } from 'vitest'

/** How many random cases each law is tried on. `DAGMAR_LAW_RUNS` tries more. */
const runs = Number(process.env['DAGMAR_LAW_RUNS'] ?? 500)

/** A guarantee by its name, as a property over everything that the arbitrary can think of. */
export function law<Case>(
  name: string,
  arbitrary: fc.Arbitrary<Case>,
  check: (given: Case) => LawOutcome | Promise<LawOutcome>,
  /** Of the usual number of cases, for laws whose cases take long. */
  share = 1,
): void {
  anyLaw(name, arbitrary, check, { runs: Math.ceil(runs * share), test })
}
