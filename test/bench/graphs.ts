import { seeded } from '../../src/chance/seeded.ts'
import type { Graph, Shape } from './graph.ts'

export { type Graph, type Shape, shapes } from './graph.ts'

/** Dependencies of a task of a layered graph. */
const fanIn = 3

/** Makes the graph of that shape with `size` tasks: the same one each time. */
export function makeGraph(shape: Shape, size: number): Graph {
  const needsOf = needsByShape[shape](size)
  return { shape, needs: Array.from({ length: size }, (_, task) => needsOf(task)) }
}

const needsByShape: Readonly<Record<Shape, (size: number) => (task: number) => number[]>> = {
  /** Each task after the one before. */
  chain: () => (task) => (task === 0 ? [] : [task - 1]),
  /** No dependencies at all. */
  wide: () => () => [],
  /** √size layers of √size tasks; each task needs three at random out of the layer before. */
  layered: (size) => {
    const width = Math.max(1, Math.round(Math.sqrt(size)))
    const random = seeded(20_261_120)
    return (task) =>
      task < width ? [] : pick(Math.min(fanIn, width), task - (task % width) - width, width, random)
  },
  /** Diamonds end to end: one task, two that need it, one that needs both, which begins the next diamond. */
  diamond: () => (task) => {
    if (task === 0) return []
    const join = task - 1 - ((task - 1) % 3)
    return task === join + 3 ? [join + 1, join + 2] : [join]
  },
}

/** `count` different numbers from `first` up to and without `first + width`, ascending. */
function pick(count: number, first: number, width: number, random: () => number): number[] {
  const picked = new Set<number>()
  while (picked.size < count) picked.add(first + Math.floor(random() * width))
  return [...picked].sort((a, b) => a - b)
}
