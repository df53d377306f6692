/** The shapes of graph that are measured. */
export const shapes = ['chain', 'wide', 'layered', 'diamond'] as const

export type Shape = (typeof shapes)[number]

/** A graph as an edge list: by task, the tasks it waits for. A task comes after all that it needs. */
export interface Graph {
  readonly shape: Shape
  readonly needs: readonly (readonly number[])[]
}
