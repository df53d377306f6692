import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from '../workload.ts'

/**
 * A dispatcher that looks at all tasks every `everyMs`, starts those whose dependencies have ended, and sleeps again.
 * What dagmar is compared with before and after: a task waits for the next look, however soon it could start.
 */
export function polling(everyMs: number): Contender {
  return {
    prepare: ({ needs, body }) => ({
      run: async () => {
        const states = needs.map(() => 'waiting' as 'waiting' | 'running' | 'ended')
        let failure: { readonly thrown: unknown } | undefined
        const note = (thrown: unknown): void => {
          failure = { thrown }
        }
        for (;;) {
          for (const [task, from] of needs.entries()) {
            if (states[task] !== 'waiting' || from.some((need) => states[need] !== 'ended')) continue
            states[task] = 'running'
            body(task).then(() => (states[task] = 'ended'), note)
          }
          await sleep(everyMs)
          if (failure !== undefined) throw failure.thrown
          if (states.every((state) => state === 'ended')) return
        }
      },
    }),
  }
}
