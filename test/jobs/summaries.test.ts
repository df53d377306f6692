import { createRuntime, type PlanDefinition, plan, type RunHandle, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { jobStatuses } from '../../src/cli/jobs/job-look.ts'
import { countJobs, type JobStatus } from '../../src/jobs/job.ts'
import { runSummary, waitingSummary } from '../../src/jobs/supervisor/summary-of.ts'
import { jobTasks } from '../../src/jobs/supervisor/details-of.ts'
import { makeSpec } from '../../src/jobs/spool/make-spec.ts'
import { commandPlan } from './test-home.ts'

const spec = makeSpec(
  '261126-101010-abcd',
  commandPlan('true'),
  { name: 'job', notBefore: 7, after: ['x'] },
  5,
)
const known = { spec, total: 1, isHeld: false, message: 'said last' }

/** Runs tasks that do what they are told, until the clock has gone on so far. */
async function runOf(
  tasks: PlanDefinition['tasks'],
  act: (run: RunHandle, clock: SimulatedClock) => unknown = () => undefined,
  concurrency = 4,
) {
  const clock = new SimulatedClock()
  const runtime = createRuntime({ clock, concurrency })
  const run = runtime.dispatch(plan({ name: 'run', tasks }))
  await clock.advanceAsync(100)
  await act(run, clock)
  await clock.advanceAsync(1)
  return runSummary(known, run.view())
}

const forever = ({ signal }: { readonly signal: AbortSignal }): Promise<void> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')))
  })
const deaf = (): Promise<void> => new Promise(() => undefined)
const done = (): void => undefined
const fails = (): void => {
  throw new Error('it broke')
}

describe('the status of a job', () => {
  it('that has no run is dispatched, or paused', () => {
    expect(waitingSummary(known)).toMatchObject({
      status: 'dispatched',
      progress: 0,
      notBefore: 7,
      after: ['x'],
    })
    expect(waitingSummary({ ...known, isHeld: true }).status).toBe('paused')
  })

  const cases: readonly (readonly [JobStatus, string, () => ReturnType<typeof runOf>])[] = [
    ['dispatched', 'no task has a slot', () => runOf({ a: { run: done } }, undefined, 0)],
    ['running', 'a task runs', () => runOf({ a: { run: forever } })],
    [
      'stalled',
      'all live tasks are stalled',
      () => runOf({ a: { run: deaf, stall: { after: '1s' } } }, (_run, clock) => clock.advanceAsync(2_000)),
    ],
    [
      'running',
      'one of two live tasks is stalled',
      () =>
        runOf({ a: { run: deaf, stall: { after: '1s' } }, b: { run: forever } }, (_run, clock) =>
          clock.advanceAsync(2_000),
        ),
    ],
    ['paused', 'it is paused', () => runOf({ a: { run: forever } }, (run) => run.pause())],
    ['draining', 'it is drained', () => runOf({ a: { run: forever } }, (run) => void run.drain())],
    ['killing', 'it is killed and not yet dead', () => runOf({ a: { run: deaf } }, (run) => void run.kill())],
    ['completed', 'all has completed', () => runOf({ a: { run: done } })],
    ['failed', 'a task has failed', () => runOf({ a: { run: fails }, b: { run: done, needs: ['a'] } })],
    [
      'killed',
      'it was killed',
      () => runOf({ a: { run: forever } }, (run) => run.kill(undefined, { reason: 'enough' })),
    ],
  ]
  it.each(cases)('is %s while %s', async (status, _what, made) => {
    expect((await made()).status).toBe(status)
  })

  it('counts as the line below a list says', () => {
    expect(countJobs(jobStatuses.map((status) => ({ status })))).toEqual({
      running: 5,
      pending: 2,
      completed: 1,
      failed: 2,
    })
  })
})

describe('the summary of a job', () => {
  it('has how far it is: settled tasks whole, live ones by their progress', async () => {
    const summary = await runOf({
      a: { run: done },
      b: {
        run: (context) => {
          context.progress(50, 'half')
          return forever(context)
        },
      },
      c: { run: done, needs: ['b'] },
      d: { run: done, needs: ['b'] },
    })
    expect(summary).toMatchObject({ total: 4, progress: 1.5 / 4, message: 'said last' })
    expect(summary.counts).toMatchObject({ completed: 1, running: 1, pending: 2 })
  })

  it('is at a bad end as far as what completed: what was skipped is not done', async () => {
    const summary = await runOf({ a: { run: done }, b: { run: fails }, c: { run: done, needs: ['b'] } })
    expect(summary).toMatchObject({ status: 'failed', progress: 1 / 3 })
  })

  it('says at the end why it failed, and that it asks while it does', async () => {
    expect((await runOf({ a: { run: fails } })).message).toContain('it broke')
    const asking = await runOf({ a: { run: (context) => context.ask('really?') } })
    expect(asking.isAsking).toBe(true)
  })
})

describe('the tasks of a job', () => {
  it('have root causes first, and say why they were skipped', async () => {
    const clock = new SimulatedClock()
    const run = createRuntime({ clock }).dispatch(
      plan({
        name: 'run',
        tasks: { fine: { run: done }, last: { run: done, needs: ['broken'] }, broken: { run: fails } },
      }),
    )
    await clock.advanceAsync(100)
    expect(jobTasks(run.view(), clock.now())).toMatchObject([
      { id: 'broken', status: 'failed', isRootCause: true, failure: { message: 'it broke' }, attempt: 1 },
      { id: 'fine', status: 'completed', isRootCause: false },
      { id: 'last', status: 'skipped', skipped: { by: 'broken' }, attempt: 0 },
    ])
  })
})
