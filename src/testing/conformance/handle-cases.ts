import type { ExecutorUnderTest } from './executor-under-test.ts'
import { demand } from './carried-out.ts'
import { isJson } from './is-json.ts'
import { demandCompleted, type TriedCase } from './tried-case.ts'

/** What an executor notes of its attempts. */
export function handleCases({ work }: ExecutorUnderTest): readonly TriedCase[] {
  return [
    {
      name: 'notes handles that are JSON, if any, and one where it can reap or adopt',
      run: async ({ executor, start }) => {
        const attempt = start(work.completes('the output'))
        await attempt.last()
        const needsOne = executor.reap !== undefined || executor.adopt !== undefined
        demand(!needsOne || attempt.handles.length > 0, 'it noted nothing')
        demand(attempt.handles.every(isJson), 'it noted what is not JSON')
      },
    },
    {
      name: 'tells nothing of an attempt until the handle that it noted first is safe',
      run: async ({ start, quiet }) => {
        const { promise, resolve } = unsettled()
        const attempt = start(work.completes('the output'), { note: () => promise })
        // What is known only of an attempt that runs is noted later.
        if ((await attempt.firstSign()) === 'a handle') {
          await quiet()
          demand(attempt.reports.length === 0, 'it went on before')
        }
        resolve()
        demandCompleted(await attempt.last(), 'the output')
        await attempt.settled()
      },
    },
    {
      name: 'ends an attempt that is aborted before its handle is safe',
      run: async ({ executor, start }) => {
        const { promise, resolve } = unsettled()
        const attempt = start(work.hangs(), { note: () => promise })
        await attempt.firstSign()
        executor.abort(attempt.attemptId)
        await attempt.last()
        resolve()
        await attempt.settled()
      },
    },
    {
      name: 'fails an attempt whose handle cannot be kept',
      run: async ({ start }) => {
        const attempt = start(work.completes('the output'), { note: refuse })
        if ((await attempt.firstSign()) === 'a report') return
        const { type } = await attempt.last()
        demand(type === 'attempt.failed', `the last report is ${type}`)
        await attempt.settled()
      },
    },
  ]
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('the disk is full'))
}

function unsettled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
