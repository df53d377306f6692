import type { JsonValue } from '../../events/json-value.ts'
import { type CarriedOut, ConformanceError, demand } from './carried-out.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { demandCompleted, type TriedCase } from './tried-case.ts'

/** What a later coordinator does with the attempts of one that has died. */
export function laterCoordinatorCases(tried: ExecutorUnderTest): readonly TriedCase[] {
  return [...reapingCases(tried), ...adoptingCases(tried)]
}

function reapingCases({ work, patienceMs = 5_000 }: ExecutorUnderTest): readonly TriedCase[] {
  const inTime = (reaped: Promise<void>): Promise<void> => settledIn(patienceMs, reaped)
  return [
    {
      name: 'ends what an earlier coordinator left, and no other attempt, by the handle alone',
      run: async ({ executor, another, start }) => {
        if (executor.reap === undefined) return
        const left = start(work.hangs())
        const other = executor.capacity === 1 ? undefined : start(work.hangs())
        await Promise.all([left.started(), other?.started()])
        const later = another()
        await inTime(later.reap!(left, latestHandle(left)))
        // The one that started it would have heard of its end.
        await left.last()
        await inTime(later.reap!(left, latestHandle(left)))
        if (other === undefined) return
        demand(!other.isOver, 'it ended another attempt, too')
        executor.abort(other.attemptId)
        await other.last()
      },
    },
    {
      name: 'finds nothing to end of an attempt that is over',
      run: async ({ executor, another, start }) => {
        if (executor.reap === undefined) return
        const over = start(work.completes('the output'))
        await over.last()
        await inTime(another().reap!(over, latestHandle(over)))
        demandCompleted(await over.last(), 'the output')
      },
    },
    {
      name: 'says by a rejection that it can do nothing with a handle that is none of its own',
      run: async ({ executor, another, start }) => {
        if (executor.reap === undefined) return
        const attempt = start(work.hangs())
        await attempt.started()
        for (const handle of [null, 'nobody', { nobody: 'knows' }]) {
          const reaped = another().reap!(attempt, handle)
          demand(reaped instanceof Promise, 'it returned no promise')
          const isRejected = await inTime(reaped).then(
            () => false,
            () => true,
          )
          demand(isRejected, `it said that ${JSON.stringify(handle)} is ended`)
        }
        demand(!attempt.isOver, 'it ended an attempt')
        executor.abort(attempt.attemptId)
        await attempt.last()
      },
    },
  ]
}

function adoptingCases({ work }: ExecutorUnderTest): readonly TriedCase[] {
  const { ignoresAbort } = work
  return [
    {
      name: 'takes over an attempt that still runs, and ends it when it is told to',
      run: async ({ executor, another, start, adopt, quiet }) => {
        if (executor.adopt === undefined) return
        const left = start(work.hangs())
        await left.started()
        const later = another()
        const adopted = adopt(later, work.hangs(), left, latestHandle(left))
        await adopted.started()
        await quiet()
        demand(!adopted.isOver, 'it ended what it took over')
        later.abort(adopted.attemptId)
        const { type } = await adopted.last()
        demand(type !== 'attempt.completed', 'work that hangs was told to have completed')
        await adopted.settled()
      },
    },
    {
      name: 'tells the output of an attempt that ended before it was taken over, or that it is lost',
      run: async ({ executor, another, start, adopt }) => {
        if (executor.adopt === undefined) return
        const left = start(work.completes('the output'))
        await left.last()
        const adopted = adopt(another(), work.completes('the output'), left, latestHandle(left))
        const last = await adopted.last()
        if (last.type !== 'attempt.failed') demandCompleted(last, 'the output')
        await adopted.settled()
      },
    },
    {
      name: 'tells the output of an attempt that ends after it was taken over',
      run: async ({ executor, another, start, adopt }) => {
        if (executor.adopt === undefined || ignoresAbort === undefined) return
        const { work: open, finish } = ignoresAbort()
        const left = start(open)
        await left.started()
        const adopted = adopt(another(), open, left, latestHandle(left))
        await adopted.started()
        finish()
        const { type } = await adopted.last()
        demand(type === 'attempt.completed', `the last report is ${type}`)
        await adopted.settled()
      },
    },
    {
      name: 'tells of an attempt that nobody knows that it failed',
      run: async ({ executor, another, start, adopt }) => {
        if (executor.adopt === undefined) return
        const gone = start(work.completes('the output'))
        await gone.last()
        const adopted = adopt(another(), work.hangs(), gone, { nobody: 'knows' })
        const { type } = await adopted.last()
        demand(type === 'attempt.failed', `the last report is ${type}`)
        await adopted.settled()
      },
    },
  ]
}

function latestHandle({ handles }: CarriedOut): JsonValue {
  const handle = handles.at(-1)
  if (handle === undefined) throw new ConformanceError('it noted nothing of the attempt')
  return handle
}

async function settledIn(ms: number, reaped: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConformanceError(`reap did not settle within ${ms} ms`)), ms)
  })
  try {
    await Promise.race([reaped, late])
  } finally {
    clearTimeout(timer)
  }
}
