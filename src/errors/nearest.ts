/** The known word that is fewest edits away from `word`, or undefined when none is near enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
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

/** Levenshtein's distance by rows, given up (as `limit`) once every cell of a row has reached `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      const cell = Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1)
      current.push(cell)
      if (cell < least) least = cell
    }
    if (least >= limit) return limit
    previous = current
  }
  return previous[b.length]!
}
