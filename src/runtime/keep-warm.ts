import { plan } from '../graph/make-plan.ts'
import { systemClock } from '../time/clock.ts'
import { readRuntimeOptions } from './options.ts'
import { Run } from './run/run.ts'
import { RuntimeActor } from './runtime-actor.ts'

/** Runs below this many tasks are over before it matters. */
const fewTasks = 100

let kept: unknown[] | undefined

/**
 * Engines learn the shapes of objects and compile code for them; and forget both when a full garbage collection comes
 * upon no object of a shape. Between two runs that is every shape a run is made of, so that each run would begin cold:
 * it then takes twice the time. From the end of the first run that is not small, one run of two tasks that do nothing
 * is therefore kept, with its actors and attempts: a few kilobytes for each process.
 */
export function keepWarmAfter(run: Run): void {
  if (kept !== undefined || run.plan.tasks.length < fewTasks) return
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
  root.spawn(run, 'run.start')
}
