import { Deferred, Effect } from 'effect'
import type { Prepared, Workload } from '../workload.ts'

/** A fiber a task, which awaits a deferred of each of its dependencies and completes its own. */
export function prepare({ needs, body }: Workload): Prepared {
  const tasks = needs.map((_, task) => task)
  const program = Effect.suspend(() => {
    const ended = needs.map(() => Deferred.makeUnsafe<void>())
    const wait = (need: number) => Deferred.await(ended[need]!)
    const one = (task: number) => {
      const work = Effect.andThen(
        Effect.promise(() => body(task)),
        Deferred.succeed(ended[task]!, undefined),
      )
      const from = needs[task]!
      return from.length === 0 ? work : Effect.andThen(Effect.forEach(from, wait, { discard: true }), work)
    }
    return Effect.forEach(tasks, one, { concurrency: 'unbounded', discard: true })
  })
  return { run: () => Effect.runPromise(program) }
}
