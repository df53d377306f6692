import type { Contender } from '../workload.ts'

/**
 * The limit: Kahn's algorithm over promises, and nothing else. No names, results, failures, kills or limits; what any
 * of the others does beyond this is what its time beyond this is for.
 */
export const bare: Contender = {
  prepare: ({ needs, body }) => ({
    run: () =>
      new Promise<void>((resolve, reject) => {
        const dependents: number[][] = needs.map(() => [])
        const unmet = new Int32Array(needs.length)
        for (const [task, from] of needs.entries()) {
          unmet[task] = from.length
          for (const need of from) dependents[need]!.push(task)
        }
        let left = needs.length
        const settle = (task: number): void => {
          for (const dependent of dependents[task]!) if (--unmet[dependent]! === 0) start(dependent)
          if (--left === 0) resolve()
        }
        const start = (task: number): void => {
          body(task).then(() => settle(task), reject)
        }
        for (const [task, from] of needs.entries()) if (from.length === 0) start(task)
      }),
  }),
}
