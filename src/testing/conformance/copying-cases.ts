import { demand } from './carried-out.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { demandCompleted, type Given, type TriedCase } from './tried-case.ts'

/** An attempt is data, whoever has copied or wrapped it on its way. */
export function copyingCases({ work }: ExecutorUnderTest): readonly TriedCase[] {
  const { tells } = work
  const inputs = { a: 'output of a', b: [1, null] }
  const handsOver = (name: string, given: Given): TriedCase => ({
    name,
    run: async ({ start }) => {
      const attempt = start(tells!(), { ...given, input: { url: 'x' } })
      const { runId, taskId, attemptId } = attempt
      const expected = { inputs, input: { url: 'x' }, runId, taskId, attempt: 1, attemptId }
      demandCompleted(await attempt.last(), expected)
    },
  })
  return [
    {
      name: 'knows an attempt by its ids alone, whichever copy it was given',
      run: async ({ executor, start }) => {
        if (executor.capacity === 1) return
        const [one, other] = [start(work.hangs()), start(work.hangs())]
        await Promise.all([one.started(), other.started()])
        executor.abort(`${one.runId}/${one.taskId}/${one.attempt}`)
        await one.last()
        demand(!other.isOver, 'another attempt was aborted')
        executor.abort(other.attemptId)
        await other.last()
        await Promise.all([one.settled(), other.settled()])
      },
    },
    ...(tells === undefined
      ? []
      : [
          handsOver('hands inputs, input and ids to the work', { inputs }),
          handsOver('hands inputs to the work that are made when they are read', { lazyInputs: inputs }),
        ]),
  ]
}
