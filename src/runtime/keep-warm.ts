import type { Run } from './run/run.ts'

/** While a process has run fewer tasks, nothing is compiled that could be lost. */
const fewTasks = 100

let tasksSeen = 0
let kept: unknown[] | undefined

/**
 * V8 compiles code for the shapes of the objects that it meets, and drops both when a full garbage collection finds no
 * object of a shape. Between two runs no object of a run is left, so that each run would start with cold code and take
 * twice the time. Therefore, once some tasks have run, one run of two tasks that do nothing is kept for the life of
 * the process, with its actors and attempts. It takes a few kilobytes.
 */
export function keepWarmAfter(run: Run): void {
  if (kept !== undefined) return
  tasksSeen += run.plan.tasks.length
  if (tasksSeen < fewTasks) return
  kept = []
  void fillAfter(run, kept)
}

async function fillAfter(run: Run, shapes: unknown[]): Promise<void> {
  await run.result
  const { fill } = await import('./warm-run.ts')
  fill(shapes)
}
