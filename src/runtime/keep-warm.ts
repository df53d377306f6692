import { plan } from '../graph/make-plan.ts'
import { systemClock } from '../time/clock.ts'
import { readRuntimeOptions } from './options.ts'
import { Run } from './run/run.ts'
import { RuntimeActor } from './runtime-actor.ts'

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
  const shapes: unknown[] = []
  kept = shapes
  void run.result.then(() => fill(shapes))
}

function fill(shapes: unknown[]): void {
  const keep = (attempt: unknown): void => {
    shapes.push(attempt)
  }
  const root = new RuntimeActor(readRuntimeOptions({ clock: systemClock }))
  const two = plan({
    name: 'shapes',
    tasks: { first: { run: keep }, second: { needs: ['first'], run: keep } },
  })
  const run = new Run(root.shared, root, two, {
    id: 'shapes',
    input: undefined,
    labels: {},
    idempotencyKey: undefined,
    concurrency: 1,
    pools: {},
    timeoutMs: two.timeoutMs,
  })
  shapes.push(run)
  // Facts as objects, too, as observers get them.
  shapes.push(run.log.events$.subscribe((fact) => shapes.push(fact)))
  root.spawn(run, 'run.start')
}
