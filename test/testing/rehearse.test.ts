import {
  anyFaults,
  anyPlan,
  anySchedule,
  anyTaskOptions,
  checkInvariants,
  type Fault,
  rehearse,
  trace,
} from 'dagmar/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dag } from '../../src/index.ts'
import { law } from '../laws/law.ts'

const called: string[] = []
const release = dag('release')
  .task('build', async () => void called.push('build'))
  .task(
    'test',
    { needs: ['build'], retry: { maxAttempts: 2, backoff: { base: 100 } } },
    async () => void called.push('test'),
  )
  .task('deploy', { needs: ['test'], timeout: 500, killGrace: 50 }, async () => void called.push('deploy'))

const statusesAfter = async (...faults: readonly Fault[]) => {
  const { result } = await rehearse(release, { faults })
  return Object.fromEntries(Object.entries(result.outcomes).map(([id, { status }]) => [id, status]))
}

describe('a rehearsal', () => {
  it('completes without faults, in simulated time, and calls no handler', async () => {
    const { result, facts, settledByItself } = await rehearse(release, {
      schedule: { build: { start: 5, run: 3_600_000, stop: 0 }, deploy: { start: 0, run: 7, stop: 0 } },
    })
    expect(result.status).toBe('completed')
    expect(settledByItself).toBe(true)
    expect(result.durationMs).toBe(5 + 3_600_000 + 10 + 7)
    expect(checkInvariants(facts, release, { ended: true })).toEqual([])
    expect(called).toEqual([])
  })

  it('goes on where its coordinator dies, once or again, and repeats nothing that was completed', async () => {
    const crashes = ([5, 12, 25] as const).map((at): Fault => ({ kind: 'crashed', at }))
    const { facts, result, settledByItself } = await rehearse(release, { faults: crashes })
    expect(result.status).toBe('completed')
    expect(settledByItself).toBe(true)
    expect(facts.filter(({ type }) => type === 'run.recovered')).toHaveLength(3)
    expect(facts.flatMap((fact) => (fact.type === 'task.interrupted' ? [fact.taskId] : []))).toEqual([
      'build',
      'build',
      'test',
    ])
    expect(checkInvariants(facts, release, { ended: true })).toEqual([])
    // After its end nobody is left to die.
    const late = await rehearse(release, { faults: [{ kind: 'crashed', at: 10_000 }] })
    expect(late.facts.some(({ type }) => type === 'run.recovered')).toBe(false)
  })

  it('carries out after a crash what was to come', async () => {
    const { result } = await rehearse(release, {
      faults: [
        { kind: 'crashed', at: 5 },
        { kind: 'drained', at: 8 },
      ],
    })
    expect(result).toMatchObject({
      status: 'killed',
      reason: 'drained',
      outcomes: { test: { status: 'skipped' } },
    })
  })

  it('retries an attempt that fails, and fails for good where none is left', async () => {
    const fails = (attempt: number): Fault => ({ kind: 'fails', taskId: 'test', attempt, how: 'fail' })
    expect(await statusesAfter(fails(1))).toEqual({
      build: 'completed',
      test: 'completed',
      deploy: 'completed',
    })
    expect(await statusesAfter(fails(1), fails(2))).toEqual({
      build: 'completed',
      test: 'failed',
      deploy: 'skipped',
    })
    expect(await statusesAfter({ kind: 'fails', taskId: 'test', attempt: 1, how: 'terminal' })).toMatchObject(
      {
        test: 'failed',
      },
    )
  })

  it('names what hangs and has no timeout, once nothing else is left to happen', async () => {
    const { hung, settledByItself, result } = await rehearse(release, {
      faults: [{ kind: 'hangs', taskId: 'build', attempt: 1 }],
    })
    expect([settledByItself, hung, result.status]).toEqual([false, ['build', 'test', 'deploy'], 'killed'])
  })

  it('ends what hangs past its timeout', async () => {
    const { settledByItself, result } = await rehearse(release, {
      faults: [{ kind: 'hangs', taskId: 'deploy', attempt: 1 }],
    })
    expect(settledByItself).toBe(true)
    expect(result.rootCauses).toMatchObject([{ taskId: 'deploy', failure: { code: 'ATTEMPT_TIMEOUT' } }])
  })

  it('gives up what cannot be ended', async () => {
    const { result } = await rehearse(release, {
      faults: [
        { kind: 'hangs', taskId: 'deploy', attempt: 1 },
        { kind: 'ignores-end', taskId: 'deploy', attempt: 1, forced: false },
      ],
    })
    expect(result.abandoned).toEqual(['deploy'])
  })

  it('stalls silent attempts of tasks that must give signs of work, and no others', async () => {
    const watched = dag('watched').task('a', { stall: { after: 20, grace: 30 } }, async () => 1)
    const schedule = { a: { start: 0, run: 100, stop: 0 } }
    const stalledIn = async (faults: readonly Fault[]) => {
      const { facts } = await rehearse(watched, { schedule, faults })
      return facts.filter(({ type }) => type === 'task.stalled').length
    }
    expect(await stalledIn([])).toBe(0)
    expect(await stalledIn([{ kind: 'stalls', taskId: 'a', attempt: 1, forMs: 60 }])).toBe(1)
  })

  it('takes starts that do not come off, and late reports', async () => {
    expect(
      await statusesAfter({ kind: 'does-not-start', taskId: 'build', attempt: 1, how: 'throw' }),
    ).toMatchObject({
      build: 'failed',
    })
    const rejected = await rehearse(release, {
      faults: [{ kind: 'does-not-start', taskId: 'build', attempt: 1, how: 'reject' }],
    })
    expect(
      trace(rejected.facts)
        .attempts('build')
        .map(({ end }) => end),
    ).toEqual(['deferred', 'completed'])
    const late = await statusesAfter({
      kind: 'stray-report',
      taskId: 'build',
      attempt: 1,
      type: 'failed',
      at: 15,
    })
    expect(late).toMatchObject({ build: 'completed', deploy: 'completed' })
  })

  it('kills, drains and pauses when it is told to', async () => {
    expect(await statusesAfter({ kind: 'killed', at: 5 })).toEqual({
      build: 'killed',
      test: 'skipped',
      deploy: 'skipped',
    })
    expect(await statusesAfter({ kind: 'killed', taskId: 'test', at: 15 })).toMatchObject({ test: 'killed' })
    expect(await statusesAfter({ kind: 'drained', at: 5 })).toMatchObject({
      build: 'completed',
      test: 'skipped',
    })
    const paused = await rehearse(release, {
      faults: [
        { kind: 'paused', at: 5 },
        { kind: 'resumed', at: 1_000 },
      ],
    })
    expect(paused.result.durationMs).toBe(1_000 + 20)
  })

  it('tells observers that throw or lag, and does not wait for them', async () => {
    const throws = await rehearse(release, { faults: [{ kind: 'observer', how: 'throws' }] })
    expect(throws.passing.map(({ type }) => type)).toContain('observer.failed')
    const slow = await rehearse(release, { faults: [{ kind: 'observer', how: 'slow' }] })
    expect(slow.result.durationMs).toBe(30)
    const kills = await rehearse(release, { faults: [{ kind: 'observer', how: 'kills' }] })
    expect(kills.result.status).toBe('killed')
  })

  it('waits for a slow store before it goes on', async () => {
    const { result } = await rehearse(release, { faults: [{ kind: 'slow-store', delayMs: 20 }] })
    expect(result.status).toBe('completed')
    expect(result.durationMs).toBeGreaterThan(30)
  })

  it('answers tasks that ask', async () => {
    const asks = dag('asks').task('a', { onFailure: 'ask' }, async () => 1)
    const faults: readonly Fault[] = [{ kind: 'fails', taskId: 'a', attempt: 1, how: 'fail' }]
    expect((await rehearse(asks, { faults })).result.status).toBe('failed')
    expect((await rehearse(asks, { faults, answers: ['retry'] })).result.status).toBe('completed')
  })
})

describe('whatever goes wrong in a random dag', () => {
  law(
    'its facts keep the guarantees, and the run settles',
    anyPlan({ taskOptions: anyTaskOptions() }).chain((plan) =>
      fc.tuple(fc.constant(plan), anyFaults(plan), anySchedule(plan), fc.constantFrom(1, 2, Infinity)),
    ),
    async ([plan, faults, schedule, concurrency]) => {
      const { facts } = await rehearse(plan, { faults, schedule, concurrency })
      return checkInvariants(facts, plan, { concurrency, ended: true })
    },
  )
})
