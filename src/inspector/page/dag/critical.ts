import type { Scene } from './scene.ts'

/** The chain of tasks that the run takes longest for, as it is drawn. By the index of a box, or of an edge of the layout. */
export interface Critical {
  readonly box: Uint8Array
  readonly edge: Uint8Array
}

/** `chain` are the places of its tasks in the dag, from the first to the last. */
export function criticalIn(scene: Scene, chain: readonly number[]): Critical {
  const box = new Uint8Array(scene.boxes.length)
  const edge = new Uint8Array(scene.layout.edges.length)
  const next = new Map<number, number>()
  for (const [place, task] of chain.entries()) {
    box[scene.boxOf[task]!] = 1
    const after = chain[place + 1]
    if (after !== undefined) next.set(scene.boxOf[task]!, scene.boxOf[after]!)
  }
  for (const [index, { from, to }] of scene.layout.edges.entries()) {
    if (next.get(from) === to) edge[index] = 1
  }
  return { box, edge }
}
