import { demand } from './carried-out.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { demandCompleted, type TriedCase } from './tried-case.ts'

/** How attempts are ended, and what an executor does about those that it does not know. */
export function endingCases({ work }: ExecutorUnderTest): readonly TriedCase[] {
  const { ignoresAbort } = work
  return [
    {
      name: 'ends an attempt that is aborted, however often, with one last report',
      run: async ({ executor, start }) => {
        const attempt = start(work.hangs())
        await attempt.started()
        executor.abort(attempt.attemptId)
        executor.abort(attempt.attemptId)
        const { type } = await attempt.last()
        demand(type !== 'attempt.completed', 'work that hangs was told to have completed')
        executor.abort(attempt.attemptId)
        await attempt.settled()
      },
    },
    {
      name: 'ends an attempt that is aborted in the turn in which it was started',
      run: async ({ executor, start }) => {
        const attempt = start(work.hangs())
        executor.abort(attempt.attemptId)
        await attempt.last()
        await attempt.settled()
      },
    },
    {
      name: 'passes over what it is asked of attempts that it does not know',
      run: async ({ executor, start, quiet }) => {
        executor.abort('nobody/knows/1')
        executor.force?.('nobody/knows/1')
        executor.answer?.('nobody/knows/1', 'yes')
        executor.expire?.('nobody/knows/1', 0)
        const attempt = start(work.completes('still at work'))
        demandCompleted(await attempt.last(), 'still at work')
        await quiet()
      },
    },
    {
      name: 'says nothing more of an attempt that is over, whatever it is asked',
      run: async ({ executor, start }) => {
        for (const one of [work.completes('done'), work.fails('done')]) {
          const attempt = start(one)
          await attempt.last()
          executor.abort(attempt.attemptId)
          executor.force?.(attempt.attemptId)
          executor.answer?.(attempt.attemptId, 'yes')
          executor.expire?.(attempt.attemptId, 0)
          await attempt.settled()
        }
      },
    },
    {
      name: 'ends an attempt for certain when it is forced, if it can',
      run: async ({ executor, start }) => {
        if (executor.force === undefined) return
        const attempt = start(ignoresAbort?.().work ?? work.hangs())
        await attempt.started()
        executor.abort(attempt.attemptId)
        executor.force(attempt.attemptId)
        await attempt.last()
        await attempt.settled()
      },
    },
    ...(ignoresAbort === undefined
      ? []
      : [
          {
            name: 'tells one last report of work that ends late after it was aborted',
            run: async ({ executor, start }) => {
              const { work: stubborn, finish } = ignoresAbort()
              const attempt = start(stubborn)
              await attempt.started()
              executor.abort(attempt.attemptId)
              finish()
              await attempt.last()
              await attempt.settled()
            },
          } satisfies TriedCase,
        ]),
  ]
}
