import { type Executor, plan, SimulatedClock, createRuntime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import type { InspectionEvent } from 'xstate'
import { desk } from './desk.ts'
import { byHand, ok, simulated, watch } from './watching.ts'

const thrown: readonly (readonly [what: string, value: unknown])[] = [
  ['an error', new Error('no eyes')],
  ['undefined', undefined],
  ['an object without a prototype', Object.create(null)],
  ['a symbol', Symbol('eyes')],
  [
    'an error whose message throws',
    Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('no message')
      },
    }),
  ],
]

const two = plan({
  name: 'two',
  tasks: {
    a: { run: async () => 1, retry: { maxAttempts: 2 } },
    b: { run: () => 2, needs: ['a'] },
  },
})

/** Throws as it is shown its n-th event, and from then on. */
function throwsFrom(n: number, value: unknown, isAsync: boolean): (event: InspectionEvent) => void {
  let seen = 0
  return (
    isAsync
      ? async () => {
          if (seen++ >= n) throw value
        }
      : () => {
          if (seen++ >= n) throw value
        }
  ) as (event: InspectionEvent) => void
}

describe.each(thrown)('an inspector that throws %s', (_what, value) => {
  it('at any moment, at once or later, changes nothing and is told of once', async () => {
    for (const isAsync of [false, true]) {
      for (let from = 0; from < 60; from += isAsync ? 20 : 2) {
        const clock = new SimulatedClock()
        const runtime = createRuntime({ clock, inspect: throwsFrom(from, value, isAsync) })
        const watched = [watch(runtime.dispatch(two)), watch(runtime.dispatch(two))]
        await clock.advanceAsync(0)
        expect(watched.map(({ result }) => result?.status)).toEqual(['completed', 'completed'])
        expect(watched.flatMap(({ all }) => all('observer.failed'))).toHaveLength(1)
        await runtime.shutdown()
      }
    }
  })

  it('that has come later is isolated, too, and so are those beside it', async () => {
    const { runtime, start } = simulated()
    const seen: string[] = []
    runtime.actor.system.inspect(throwsFrom(0, value, false))
    runtime.actor.system.inspect({ next: throwsFrom(3, value, false) })
    runtime.actor.system.inspect(({ type }) => seen.push(type))
    const watched = await start(two)
    expect(watched.result?.status).toBe('completed')
    expect(watched.all('observer.failed')).toHaveLength(2)
    expect(seen.length).toBeGreaterThan(10)
  })
})

describe('a run whose own actors fail', () => {
  /** An executor of which something cannot be read once it has a runtime: dagmar comes upon that within a step. */
  function unreadable(field: 'force' | 'capacity'): Executor {
    let isInUse = false
    const accepts = (): boolean => {
      isInUse = true
      return field !== 'capacity'
    }
    return Object.defineProperty({ start: () => {}, abort: () => {}, accepts }, field, {
      get() {
        if (!isInUse) return undefined
        throw new Error(`no ${field} today`)
      },
    })
  }
  const bad = { executor: 'bad', work: undefined }

  it.each(['compiled', 'interpreted'] as const)(
    'fails at once, others go on, and the runtime closes (%s)',
    async (mode) => {
      const { runtime, start } = simulated({ executors: { bad: unreadable('force') }, concurrency: 1, mode })
      const broken = await start({ a: { run: bad }, b: { run: ok, needs: ['a'] } })
      const other = await start({ a: { run: ok } })
      expect(broken.result).toMatchObject({
        status: 'failed',
        failure: { code: 'RUN_BROKEN', message: "The run's own actors failed: no force today" },
      })
      expect(broken.types().at(-1)).toBe('run.failed')
      expect(other.result?.status).toBe('completed')
      await broken.run.kill()
      await runtime.shutdown()
      expect(runtime.actor.getSnapshot().value).toBe('closed')
    },
  )

  it.each(['compiled', 'interpreted'] as const)(
    'as a whole when the actor of a task does (%s)',
    async (mode) => {
      const executors = { bad: unreadable('capacity') }
      const { runtime, start } = simulated({ executors, mode })
      const broken = await start({ a: { run: bad }, b: { run: ok, needs: ['a'] } })
      expect(broken.result?.failure).toMatchObject({
        code: 'RUN_BROKEN',
        message: expect.stringContaining('no capacity today'),
      })
      await runtime.shutdown()
    },
  )

  it('has its live attempts told to end, and gives their slots back when they have', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand, bad: unreadable('force') }, concurrency: 2 })
    const watched = await start({
      a: { run: byHand },
      gate: { run: byHand },
      b: { run: bad, needs: ['gate'] },
    })
    hand.completes('gate/1')
    await wait()
    expect(watched.result?.outcomes).toMatchObject({
      a: { status: 'killed', reason: 'run broken', abandoned: true },
      gate: { status: 'completed' },
    })
    expect(hand.asked).toContain('abort a/1')
    hand.ends('a/1')
    const both = await start({ c: { run: byHand }, d: { run: byHand } })
    expect(both.statuses()).toEqual({ c: 'running', d: 'running' })
    const told = watched.told.length
    await wait(60_000)
    expect(watched.told).toHaveLength(told)
  })
})
