import { demand } from './carried-out.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { demandCompleted, type TriedCase } from './tried-case.ts'

/** How questions of attempts are answered. */
export function askingCases({ work: { asks } }: ExecutorUnderTest): readonly TriedCase[] {
  if (asks === undefined) return []
  return [
    {
      name: 'gives an answer to the attempt that asked, and to no other',
      run: async ({ executor, start, quiet }) => {
        if (executor.capacity === 1) return
        const attempts = [start(asks('first?')), start(asks('second?'))] as const
        for (const [index, question] of ['first?', 'second?'].entries()) {
          const asked = await attempts[index]!.next('attempt.asked')
          demand(asked.question === question, `it asked ${asked.question}`)
        }
        executor.answer?.(attempts[1].attemptId, 'for the second')
        demandCompleted(await attempts[1].last(), 'for the second')
        await quiet()
        demand(!attempts[0].isOver, 'the answer to one attempt went to another')
        executor.answer?.(attempts[0].attemptId, 'for the first')
        demandCompleted(await attempts[0].last(), 'for the first')
        await Promise.all(attempts.map((attempt) => attempt.settled()))
      },
    },
    {
      name: 'ends an attempt that is aborted while it asks',
      run: async ({ executor, start }) => {
        const attempt = start(asks('anybody?'))
        await attempt.next('attempt.asked')
        executor.abort(attempt.attemptId)
        await attempt.last()
        await attempt.settled()
      },
    },
  ]
}
