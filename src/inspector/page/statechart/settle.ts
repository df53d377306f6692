/** Something that stands in a column. */
export interface Standing {
  readonly height: number
  /** Its upper edge. */
  y: number
}

/**
 * Stands the items below each other in their order, each as near to where it wants to be as the others allow, by the
 * sum of squares.
 */
export function settle(items: readonly Standing[], wanted: readonly number[], gap: number): void {
  const blocks: { sum: number; count: number; first: number }[] = []
  const offsets: number[] = []
  let offset = 0
  items.forEach((item, place) => {
    offsets.push(offset)
    blocks.push({ sum: wanted[place]! - offset, count: 1, first: place })
    offset += item.height + gap
    while (blocks.length > 1 && meanOf(blocks.at(-2)!) > meanOf(blocks.at(-1)!)) {
      const last = blocks.pop()!
      const before = blocks.at(-1)!
      before.sum += last.sum
      before.count += last.count
    }
  })
  for (const block of blocks) {
    for (let place = block.first; place < block.first + block.count; place++) {
      items[place]!.y = meanOf(block) + offsets[place]!
    }
  }
}

function meanOf({ sum, count }: { readonly sum: number; readonly count: number }): number {
  return sum / count
}
