/** Numbers in [0, 1) that depend on the seed alone: mulberry32, by Tommy Ettinger (public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

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
