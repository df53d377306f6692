import fc from 'fast-check'
import {
  createRuntime,
  criticalPathOf,
  dag,
  type Fact,
  fold,
  plan,
  resultOf,
  type RunView,
  SimulatedClock,
  whyOf,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import type { NewRunFact } from '../../src/events/facts.ts'
import { law } from '../laws/law.ts'
import { anyMoods, moodyStore } from '../laws/moody-store.ts'
import { anyScenario } from '../scenario/any-scenario.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { thrownBy } from '../graph/thrown.ts'
import { created, failure, numbered, taskOf } from './made-facts.ts'

/** What is left of a value that was on a disk. */
const read = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value

const taskId = 'build'
const runs = (id: string, attempt = 1): readonly NewRunFact[] => [
  { type: 'task.dispatched', taskId: id, attempt, executor: 'process' },
  { type: 'task.starting', taskId: id, attempt, until: 900 },
  { type: 'task.started', taskId: id, attempt },
]
const viewOf = (...facts: readonly NewRunFact[]): RunView => fold(numbered([created, ...facts]))

describe('the result of a run', () => {
  law('The result that the facts give is the result that the run gave.', anyScenario(), async (scenario) => {
    const { runs: played } = await playScenario(scenario)
    for (const { facts, result, journal } of played) {
      if (result === undefined) continue
      expect(resultOf(fold(facts))).toEqual(result)
      if (journal.length > 0) expect(resultOf(fold(read(journal)))).toEqual(read(result))
    }
  })

  law(
    'So it is where a store takes its time, or refuses: the result is that of the facts that were told.',
    fc.record({ scenario: anyScenario(), moods: anyMoods() }),
    async ({ scenario, moods }) => {
      const { runs: played } = await playScenario(scenario, { storeOn: moodyStore(moods, new Map()) })
      for (const { facts, result } of played) {
        if (result !== undefined) expect(resultOf(fold(facts))).toEqual(result)
      }
    },
  )

  it('is not there before it has settled', () => {
    expect(thrownBy(() => resultOf(viewOf())).code).toBe('RUN_NOT_SETTLED')
    const killing: NewRunFact = { type: 'run.killing', ending: 'killed', reason: 'enough' }
    expect(thrownBy(() => resultOf(viewOf(killing))).message).toContain('The run run is killing')
  })

  it('tells a task that was killed by itself from one that went with the run', () => {
    const killed: NewRunFact = { type: 'task.killed', taskId, attempt: 0, reason: 'enough', abandoned: false }
    const skipped: NewRunFact = {
      type: 'task.skipped',
      taskId: 'test',
      because: 'dependency-failed',
      causedBy: taskId,
    }
    const byItself = resultOf(viewOf({ type: 'run.started' }, killed, skipped, { type: 'run.failed' }))
    expect(byItself).toMatchObject({
      status: 'failed',
      rootCauses: [{ taskId, failure: { code: 'TASK_KILLED', at: 50 } }],
      consequences: [{ taskId: 'test', because: 'dependency-failed', causedBy: taskId }],
      startedAt: 20,
      settledAt: 50,
      durationMs: 30,
    })
    const killing: NewRunFact = { type: 'run.killing', ending: 'killed', reason: 'enough' }
    const withRun = resultOf(
      viewOf({ type: 'run.started' }, killing, killed, skipped, { type: 'run.killed', reason: 'enough' }),
    )
    expect(withRun).toMatchObject({ status: 'killed', reason: 'enough', rootCauses: [] })
  })
})

describe('why a task is where it is', () => {
  it('begins with how far a task at work is, and its last sign of work', async () => {
    const clock = new SimulatedClock()
    const work = dag('work')
      .task('limited', { timeout: '5m' }, async ({ progress }) => {
        progress(42, 'linking')
        await new Promise(() => undefined)
      })
      .task('free', async ({ heartbeat }) => {
        heartbeat()
        await new Promise(() => undefined)
      })
    const run = createRuntime({ clock }).dispatch(work)
    await clock.advanceAsync(3_000)
    expect(run.why('limited').sentence).toBe(
      'limited is running, 42 % done (linking), gave its last sign of work 3.0 s ago, and waits at most until its timeout in 4 min 57 s.',
    )
    expect(run.why('free').sentence).toBe(
      'free is running, gave its last sign of work 3.0 s ago, and nothing limits how long.',
    )
    // As of its last fact.
    expect(whyOf(run.view(), 'limited').sentence).toMatch(/^limited is running, 42 % done \(linking\)/)
  })

  const why = (id: string, ...facts: readonly NewRunFact[]) => {
    const { sentence, waitsFor } = whyOf(viewOf(...facts), id)
    return { sentence, waitsFor }
  }

  it('is its dependencies, before its rule is met', () => {
    expect(why('test')).toEqual({
      sentence: 'test is pending and waits for build (rule all-completed).',
      waitsFor: [{ kind: 'dependencies', rule: 'all-completed', taskIds: ['build'] }],
    })
  })

  it('is a rule of its own, of which the facts have the name', () => {
    const structure = [
      taskOf('build', []),
      { ...taskOf('test', ['build']), rule: { function: 'goodEnough' } },
    ]
    const view = fold(numbered([{ ...created, structure } as NewRunFact]))
    expect(whyOf(view, 'test')).toMatchObject({
      sentence: 'test is pending and waits for build (rule of its own).',
      waitsFor: [{ rule: { function: 'goodEnough' } }],
    })
  })

  it('is room, of which the facts know no more than who declined it', () => {
    expect(why(taskId, { type: 'task.ready', taskId })).toEqual({
      sentence: 'build is ready and waits for room.',
      waitsFor: [{ kind: 'room' }],
    })
    const deferred: NewRunFact = { type: 'task.deferred', taskId, executor: 'far', carrying: 2, capacity: 2 }
    expect(why(taskId, deferred)).toEqual({
      sentence:
        'build is dispatched and waits for the executor far, which is full with 2, until it has room.',
      waitsFor: [{ kind: 'executor', executor: 'far', carrying: 2, capacity: 2 }],
    })
  })

  it('is the run, when that takes up nothing', () => {
    expect(why(taskId, { type: 'task.ready', taskId }, { type: 'run.paused' }).sentence).toBe(
      'build is ready and waits until the run is resumed.',
    )
  })

  it.each<[string, readonly NewRunFact[]]>([
    ['build is starting and waits at most until its start timeout in 870 ms.', runs(taskId).slice(0, 2)],
    ['build is running.', runs(taskId)],
    [
      'build is running and waits for a person to answer: well?',
      [...runs(taskId), { type: 'task.asked', taskId, attempt: 1, of: 'handler', question: 'well?' }],
    ],
    [
      'build is stalled: it gives no sign of work.',
      [...runs(taskId), { type: 'task.stalled', taskId, attempt: 1, silentMs: 5 }],
    ],
    [
      'build is stalled and waits at most until its stall grace in 10 ms.',
      [...runs(taskId), { type: 'task.stalled', taskId, attempt: 1, silentMs: 5, until: 60 }],
    ],
    [
      'build is stopping and waits at most until its kill grace in 50 ms.',
      [...runs(taskId), { type: 'task.stopping', taskId, attempt: 1, reason: 'kill', until: 100 }],
    ],
    [
      'build is dispatched and waits to try again in 5.0 s.',
      [...runs(taskId), { type: 'task.retrying', taskId, attempt: 1, failure, until: 5_050 }],
    ],
    [
      'build is dispatched and waits for a person to answer: What now?',
      [
        ...runs(taskId),
        { type: 'task.asked', taskId, attempt: 1, of: 'failure', question: 'What now?', failure },
      ],
    ],
    ['build is completed.', [...runs(taskId), { type: 'task.completed', taskId, attempt: 1, output: 1 }]],
  ])('is %o', (sentence, facts) => {
    expect(why(taskId, ...facts).sentence).toBe(sentence)
  })

  it('is asked of tasks that are there', () => {
    expect(thrownBy(() => whyOf(viewOf(), 'nobody')).code).toBe('TASK_UNKNOWN')
  })

  law('What the facts say of a settled task is what the run says.', anyScenario(), async (scenario) => {
    const { runs: played, plan } = await playScenario(scenario)
    for (const { facts, handle, result } of played) {
      if (result === undefined) continue
      const view = fold(facts)
      for (const { id } of plan.tasks) expect(whyOf(view, id)).toEqual(handle.why(id))
    }
  })
})

describe('the critical path of a run', () => {
  it('is the chain that took longest, from first starts to settlements', () => {
    const structure = ['a', 'b', 'c', 'd'].map((id) => taskOf(id, { c: ['a', 'b'], d: ['c'] }[id] ?? []))
    const at = (instant: number, fact: NewRunFact) => ({ fact, instant })
    const done = (id: string, from: number, to: number, attempt = 1) => [
      ...runs(id, attempt).map((fact) => at(from, fact)),
      at(to, { type: 'task.completed', taskId: id, attempt, output: 1 } as const),
    ]
    const told = [
      at(0, { ...created, structure } as NewRunFact),
      ...runs('b').map((fact) => at(0, fact)),
      ...done('a', 0, 70),
      // The wait between its attempts is part of what it took.
      at(10, { type: 'task.retrying', taskId: 'b', attempt: 1, failure, until: 90 }),
      ...done('b', 90, 100, 2),
      ...done('c', 100, 150),
    ]
    const view = fold(
      told.map(({ fact, instant }, index): Fact => ({ ...fact, seq: index + 1, at: instant, runId: 'run' })),
    )
    expect(criticalPathOf(view)).toEqual({ ids: ['b', 'c'], length: 150 })
  })

  law('The critical path is never longer than the run.', anyScenario(), async (scenario) => {
    const { runs: played } = await playScenario(scenario)
    for (const { facts, result } of played) {
      if (result === undefined) continue
      expect(criticalPathOf(fold(facts)).length).toBeLessThanOrEqual(result.durationMs)
    }
  })

  it('goes through the dependency that released a task, and not through those that it did not wait for', async () => {
    const clock = new SimulatedClock()
    const takes = (ms: number) => (): Promise<void> =>
      new Promise((resolve) => {
        clock.setTimeout(resolve, ms)
      })
    const early = plan({
      name: 'early',
      tasks: [
        ['fails', { run: () => Promise.reject(new Error('no')), onFailure: 'skip' }],
        ['fast', { run: takes(100) }],
        ['slow', { run: takes(1_000) }],
        ['race', { run: takes(1_500), needs: ['slow', 'fails', 'fast'], when: 'any-completed' }],
        ['blocked', { run: takes(1), needs: ['slow', 'fails'] }],
        ['behind', { run: takes(300), needs: ['blocked'], when: 'all-settled' }],
        ['always', { run: takes(900), needs: ['slow'], when: 'always' }],
      ],
    })
    const run = createRuntime({ clock, concurrency: 9 }).dispatch(early)
    await clock.advanceAsync(5_000)
    expect(criticalPathOf(run.view())).toEqual({ ids: ['fast', 'race'], length: 1_600 })
    const without = (id: string): RunView => {
      const view = run.view()
      return { ...view, structure: view.structure.filter((task) => task.id !== id) }
    }
    // Not `slow`, `blocked`, `behind`: blocked was skipped, and so behind started, while slow was at work.
    expect(criticalPathOf(without('race'))).toEqual({ ids: ['slow'], length: 1_000 })
  })

  it('is empty for a run without tasks', () => {
    expect(criticalPathOf(fold([]))).toEqual({ ids: [], length: 0 })
  })
})
