import type { Arbitrary } from 'fast-check'
import { fc } from '../law/fast-check.ts'

/** One of these, which shrinks towards the first of them step by step. */
export function oneOf<Value>(...values: readonly Value[]): Arbitrary<Value> {
  return fc.nat(values.length - 1).map((at) => values[at]!)
}

/** A list of `min` to `max` items that shrinks by leaving out any of them: fast-check's array gives up only the first. */
export function anyList<Item>(
  item: Arbitrary<Item>,
  { min, max }: { readonly min: number; readonly max: number },
): Arbitrary<readonly Item[]> {
  // Left out are those with the weight 0.
  return fc
    .array(fc.record({ item, weight: fc.nat(9) }), { minLength: min, maxLength: max, size: 'max' })
    .map((entries) => {
      let spare = entries.length - min
      return entries.flatMap((entry) => (entry.weight === 0 && spare-- > 0 ? [] : [entry.item]))
    })
}
