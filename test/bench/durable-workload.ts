/** A dag whose run is to outlive its process. */
export interface DurableWorkload {
  /** By task, the tasks it needs. They come before it. */
  readonly needs: readonly (readonly number[])[]
  /** Leaves a line on the disk. */
  readonly body: (task: number) => void
  /** Where the run is kept. It lies there already if a process died. */
  readonly folder: string
  /** A Postgres database, for those who keep the run in one. */
  readonly url: string
}

export const shapes = ['layers', 'chain'] as const
export type Shape = (typeof shapes)[number]

/** Layers of ten, where each task needs two of the layer before, or one task after the other. */
export function needsOf(shape: Shape, tasks: number): readonly (readonly number[])[] {
  return Array.from({ length: tasks }, (_, task) => {
    if (shape === 'chain') return task === 0 ? [] : [task - 1]
    const before = Math.floor(task / 10) * 10 - 10
    return before < 0 ? [] : [before + (task % 10), before + ((task + 1) % 10)]
  })
}
