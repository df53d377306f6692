/** A random sample of at most `most` items, in the order of the list. */
export function sampled<T>(list: readonly T[], most: number, next: () => number): readonly T[] {
  if (list.length <= most) return list
  const kept: T[] = []
  let wanted = most
  for (const [index, one] of list.entries()) {
    if (next() * (list.length - index) >= wanted) continue
    kept.push(one)
    wanted--
  }
  return kept
}
