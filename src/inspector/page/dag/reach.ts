import type { Links } from '../../../graph/cycle.ts'

/** A box with all that it needs and all that needs it, directly or not: 1 for each of them, by index. */
export function reachOf(box: number, links: readonly Links[]): Uint8Array {
  const reached = new Uint8Array(links.length)
  for (const side of ['needs', 'dependents'] as const) {
    const open = [box]
    const seen = new Uint8Array(links.length)
    for (let next = 0; next < open.length; next++) {
      const at = open[next]!
      reached[at] = 1
      for (const other of links[at]![side]) {
        if (seen[other] === 1) continue
        seen[other] = 1
        open.push(other)
      }
    }
  }
  return reached
}

export type Arrow = 'left' | 'right' | 'up' | 'down'

interface Places {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

/**
 * The box that an arrow leads to: left and right go along an edge, to the nearest in height; up and down to the next one
 * in the same column. Undefined where there is none.
 */
export function neighbourOf(
  box: number,
  arrow: Arrow,
  links: readonly Links[],
  { x, y }: Places,
): number | undefined {
  const distance = (other: number): number => Math.abs(y[other]! - y[box]!)
  if (arrow === 'left' || arrow === 'right') {
    return nearest(arrow === 'left' ? links[box]!.needs : links[box]!.dependents, distance)
  }
  const inColumn: number[] = []
  for (let other = 0; other < links.length; other++) {
    if (x[other] !== x[box]) continue
    if (arrow === 'up' ? y[other]! < y[box]! : y[other]! > y[box]!) inColumn.push(other)
  }
  return nearest(inColumn, distance)
}

function nearest(boxes: readonly number[], distance: (box: number) => number): number | undefined {
  let best: number | undefined
  for (const box of boxes) if (best === undefined || distance(box) < distance(best)) best = box
  return best
}
