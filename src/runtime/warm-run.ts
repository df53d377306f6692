import { plan } from '../graph/make-plan.ts'
import { systemClock } from '../time/clock.ts'
import { readRuntimeOptions } from './options.ts'
import { Run } from './run/run.ts'
import { RuntimeActor } from './runtime-actor.ts'

/** Runs two tasks that do nothing, and puts all that there is of that run into a list. */
export function fill(shapes: unknown[]): void {
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
