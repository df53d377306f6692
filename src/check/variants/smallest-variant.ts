import type { Variant } from './variant.ts'

const mostTries = 60

/**
 * The variant without the parts that are not needed: each part is left out in turn, and stays out if things still go
 * wrong.
 */
export async function smallestVariant(
  variant: Variant,
  goesWrong: (variant: Variant) => Promise<boolean>,
): Promise<Variant> {
  let smallest = variant
  let tries = 0
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const candidate of withOneLess(smallest)) {
      if (++tries > mostTries) return smallest
      if (!(await goesWrong(candidate))) continue
      smallest = candidate
      isSmaller = true
      break
    }
  }
  return smallest
}

function withOneLess(variant: Variant): readonly Variant[] {
  const { faults, paces, answers, agents, midnightInMs, ...rest } = variant
  const parts = { faults, paces, answers, agents }
  return [
    ...(midnightInMs === undefined ? [] : [{ ...parts, ...rest }]),
    ...answers.map((_, index) => ({ ...variant, answers: answers.toSpliced(index, 1) })),
    ...paces.map((_, index) => ({ ...variant, paces: paces.toSpliced(index, 1) })),
    ...agents.map((_, index) => ({ ...variant, agents: agents.toSpliced(index, 1) })),
    ...faults.map((_, index) => ({ ...variant, faults: faults.toSpliced(index, 1) })),
  ]
}
