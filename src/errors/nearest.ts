/** Longer words are not compared: that takes time in proportion to the product of both lengths. */
const longestWord = 100

/**
 * The known word that is the fewest edits away from `word`; undefined when none is near enough to be what was meant, or
 * when `word` has more than 100 characters.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > longestWord) return undefined
  let best: string | undefined
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= fewest) continue
    const distance = editDistance(word, candidate, fewest)
    if (distance < fewest) {
      fewest = distance
      best = candidate
    }
  }
  return best
}

/**
/**
 * `nearest` for texts with many mistakes. Each call takes time in proportion to the known words, so after `most` calls
 * the answer is always undefined.
 */
export function firstGuesses(most: number): typeof nearest {
  let left = most
  return (word, known) => (left-- > 0 ? nearest(word, known) : undefined)
}

/**
 * Damerau's distance (optimal string alignment) by rows: two letters that changed places are one edit. Returns `limit`
 * as soon as every cell of a row has reached it.
 */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: readonly number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const replaced = last[column - 1]! + (isSame ? 0 : 1)
      const swapped = isSwapped ? beforeLast[column - 2]! + 1 : limit
      const cell = Math.min(replaced, swapped, last[column]! + 1, current[column - 1]! + 1)
      current.push(cell)
      if (cell < least) least = cell
    }
    if (least >= limit) return limit
    beforeLast = last
    last = current
  }
  return last[b.length]!
}
