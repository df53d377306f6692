import type { Contender } from '../workload.ts'

/** What one writes by hand: each task waits for the promises of those it needs. */
export const promiseAll: Contender = {
  prepare: ({ needs, body }) => ({
    run: () => {
      const ended: Promise<unknown>[] = []
      for (const [task, from] of needs.entries()) {
        ended.push(
          from.length === 0
            ? body(task)
            : Promise.all(from.map((need) => ended[need]!)).then(() => body(task)),
        )
      }
      return Promise.all(ended)
    },
  }),
}
