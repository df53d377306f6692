import { createRuntime, plan, type Runtime, type RunHandle, SimulatedClock } from 'dagmar'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'

const task = fc.record({
  executor: fc.constantFrom('small', 'picky', 'roomy'),
  priority: fc.integer({ min: 0, max: 2 }),
  gpu: fc.integer({ min: 0, max: 2 }),
  own: fc.integer({ min: 0, max: 1 }),
  needs: fc.boolean(),
})
const run = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  tasks: fc.array(task, { minLength: 1, maxLength: 6 }),
})
const step = fc.record({
  what: fc.constantFrom('completes', 'fails', 'ends', 'pause', 'resume', 'kill task', 'kill run', 'dispatch'),
  which: fc.nat(),
})

type RunOf = typeof run extends fc.Arbitrary<infer Of> ? Of : never

function planOf({ concurrency, tasks }: RunOf, number: number) {
  const definitions = tasks.map(({ executor, priority, gpu, own, needs }, index) => [
    `r${number}t${index}`,
    {
      run: { executor, work: undefined },
      priority,
      uses: { ...(gpu > 0 ? { gpu } : {}), ...(own > 0 ? { own } : {}) },
      ...(needs && index > 0 ? { needs: [`r${number}t${index - 1}`], when: 'all-settled' as const } : {}),
    },
  ])
  return plan({ name: 'p', concurrency, pools: { own: 1 }, tasks: Object.fromEntries(definitions) })
}

/** The attempts that an executor is asked to carry out now, by name. */
function liveAttempts(runs: readonly RunHandle[]): { readonly name: string; readonly executor: string }[] {
  return runs.flatMap((one) =>
    [...one.view().tasks.values()].flatMap(({ id, status, attempt }) =>
      status === 'running' || status === 'stopping'
        ? [{ name: `${id}/${attempt}`, executor: one.plan.tasks[one.plan.indexOf(id)!]!.executor }]
        : [],
    ),
  )
}

/** Ready tasks that could be taken up and are not. */
function idle(runs: readonly RunHandle[]): string[] {
  return runs.flatMap((one) =>
    [...one.view().tasks.values()].flatMap(({ id, status }) =>
      status === 'ready' && one.why(id).waitsFor.length === 0 ? [`${one.id} ${id}`] : [],
    ),
  )
}

describe('a ready task', () => {
  it('waits only for what is really lacking, whatever comes free in whichever run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('both' as const, 'executor' as const),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        async (wanted, concurrency, admission, steps) => {
          const clock = new SimulatedClock()
          const executors = {
            small: desk({ capacity: 2 }),
            picky: desk({ accepts: (carrying) => carrying < 1 }),
            roomy: desk(),
          }
          const runtime: Runtime = createRuntime({
            clock,
            concurrency,
            admission,
            executors,
            pools: { gpu: 2 },
          })
          const runs: RunHandle[] = []
          const dispatch = (): void => {
            const next = wanted[runs.length]
            if (next !== undefined)
              runs.push(runtime.dispatch(planOf(next, runs.length), { id: `run ${runs.length}` }))
          }
          dispatch()
          dispatch()
          await clock.advanceAsync(0)
          for (const { what, which } of steps) {
            const one = runs[which % runs.length]!
            if (what === 'dispatch') dispatch()
            else if (what === 'pause') one.pause()
            else if (what === 'resume') one.resume()
            else if (what === 'kill run') void one.kill()
            else if (what === 'kill task')
              void one.kill([...one.view().tasks.keys()][which % one.view().tasks.size]!)
            else {
              const live = liveAttempts(runs)
              const attempt = live[which % Math.max(1, live.length)]
              if (attempt !== undefined)
                executors[attempt.executor as keyof typeof executors][what](attempt.name)
            }
            await clock.advanceAsync(0)
            expect(idle(runs.filter((other) => other.view().status === 'running'))).toEqual([])
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
