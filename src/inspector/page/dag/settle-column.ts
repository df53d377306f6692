/**
 * The places nearest to the wished ones (least squares, by weight) at which neighbours keep their distance and their
 * order. `gap[i]` is the least distance of the i-th to the one before it. Pool-adjacent-violators, in linear time.
 */
export function settleColumn(
  wished: ArrayLike<number>,
  weights: ArrayLike<number>,
  gaps: ArrayLike<number>,
): Float64Array {
  const { length } = wished
  // A block is a run of neighbours that touch: where its first would stand, its weight, and where it ends.
  const place = new Float64Array(length)
  const weight = new Float64Array(length)
  const end = new Int32Array(length)
  const offset = new Float64Array(length)
  let blocks = 0
  for (let index = 0; index < length; index++) {
    offset[index] = index === 0 ? 0 : offset[index - 1]! + gaps[index]!
    place[blocks] = wished[index]! - offset[index]!
    weight[blocks] = weights[index]!
    end[blocks] = index + 1
    blocks++
    while (blocks > 1 && place[blocks - 2]! >= place[blocks - 1]!) {
      const [into, from] = [blocks - 2, blocks - 1]
      const sum = weight[into]! + weight[from]!
      place[into] = (place[into]! * weight[into]! + place[from]! * weight[from]!) / sum
      weight[into] = sum
      end[into] = end[from]!
      blocks--
    }
  }
  const settled = new Float64Array(length)
  for (let block = 0, index = 0; block < blocks; block++) {
    for (; index < end[block]!; index++) settled[index] = place[block]! + offset[index]!
  }
  return settled
}
