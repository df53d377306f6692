import type { Arbitrary } from 'fast-check'
import { fc } from '../law/fast-check.ts'

/** One of the values. Shrinks step by step towards the first of them. */
export function oneOf<Value>(...values: readonly Value[]): Arbitrary<Value> {
  return fc.nat(values.length - 1).map((at) => values[at]!)
}

/**
 * A list of `min` to `max` items that shrinks by leaving out any of them. fast-check's own array leaves out only the
 * first ones.
 */
export function anyList<Item>(
  item: Arbitrary<Item>,
  { min, max }: { readonly min: number; readonly max: number },
): Arbitrary<readonly Item[]> {
  // Items with the weight 0 are left out.
  return fc
    .array(fc.record({ item, weight: fc.nat(9) }), { minLength: min, maxLength: max, size: 'max' })
    .map((entries) => {
      let spare = entries.length - min
      return entries.flatMap((entry) => (entry.weight === 0 && spare-- > 0 ? [] : [entry.item]))
    })
}
