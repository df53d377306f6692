import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsSlot } from '../../../machines/task-context.ts'
import type { Fact, RunFact } from '../../../src/events/facts.ts'
import { RunFolder } from '../../../src/events/fold.ts'
import { firstSpanAfter, orderedRows, timesUntil } from '../../../src/inspector/page/timeline/row-order.ts'
import { StepSeries } from '../../../src/inspector/page/timeline/step-series.ts'
import { TimelineModel } from '../../../src/inspector/page/timeline/timeline-model.ts'
import type { TimelineRow } from '../../../src/inspector/page/timeline/timeline-row.ts'
import { trace } from '../../../src/testing/facts/trace.ts'
import { created, failure, taskOf } from '../../events/made-facts.ts'
import { anyScenario } from '../../scenario/any-scenario.ts'
import { playScenario } from '../../scenario/play-scenario.ts'

type Told = RunFact extends infer F ? (F extends RunFact ? Omit<F, 'seq' | 'runId'> : never) : never

const structure = [
  { ...taskOf('build', []), uses: { disk: 2 } },
  { ...taskOf('lint', []), uses: { disk: 1 } },
  taskOf('deploy', ['build']),
]

function modelOf(facts: readonly Told[]): TimelineModel {
  const model = new TimelineModel()
  const limits = { concurrency: 2, pools: { disk: 3 }, timeoutMs: null }
  const first: Told = { ...created, structure, limits, at: 0 } as Told
  for (const [index, fact] of [first, ...facts].entries()) {
    model.apply({ ...fact, seq: index + 1, runId: 'run' } as RunFact)
  }
  return model
}

const build = { taskId: 'build', attempt: 1 } as const
const granted = (at: number, attempt = 1): Told[] => [
  { type: 'task.dispatched', taskId: 'build', attempt, executor: 'inline', at },
  { type: 'task.starting', taskId: 'build', attempt, at },
]
const ready: Told = { type: 'task.ready', taskId: 'build', at: 5 }

/** The spans of a row in short: `running#1 20-30`. */
function spansOf(row: TimelineRow | undefined): string[] {
  return row!.spans.map(
    ({ kind, attempt, from, to }) =>
      `${kind}${attempt === undefined ? '' : `#${attempt.number}`} ${from}-${to === Number.POSITIVE_INFINITY ? '' : to}`,
  )
}

describe('the timeline of a run that goes on with another plan', () => {
  const without: Told = {
    type: 'run.recovered',
    structure: [taskOf('extra', []), { ...taskOf('build', []), uses: { disk: 1 } }],
    fingerprint: 'other',
    at: 20,
  }

  it('has the rows of its tasks first, new ones among them, and then those that are no longer in it', () => {
    const model = modelOf([ready, without, { type: 'task.ready', taskId: 'extra', at: 21 }])
    expect(model.rows.map(({ id }) => id)).toEqual(['extra', 'build', 'lint', 'deploy'])
    expect(new Set(model.rows.map(({ index }) => index)).size).toBe(4)
    expect(spansOf(model.row('extra'))).toEqual(['queued 21-'])
  })

  it('lets nobody wait who is not in it, or had not begun', () => {
    const asked: Told = {
      type: 'task.asked',
      taskId: 'lint',
      attempt: 0,
      of: 'confirm',
      question: 'now?',
      at: 6,
    }
    const model = modelOf([ready, asked, without])
    expect(spansOf(model.row('build'))).toEqual(['queued 5-20'])
    expect(spansOf(model.row('lint'))).toEqual(['question 6-20'])
    expect(model.row('lint')!.questions).toMatchObject([{ from: 6, to: 20 }])
  })

  it('gives back what an attempt of before has held', () => {
    const interrupted: Told = { type: 'task.interrupted', taskId: 'build', attempt: 1, at: 22 } as Told
    const model = modelOf([ready, ...granted(10), without, interrupted, ...granted(30, 2)])
    expect([15, 25, 35].map((at) => model.pools.get('disk')!.valueAt(at))).toEqual([2, 0, 1])
    expect([15, 25, 35].map((at) => model.slots.valueAt(at))).toEqual([1, 0, 1])
  })
})

describe('the timeline of a task', () => {
  it('tells the time in the queue from the attempt', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.started', ...build, at: 12 },
      { type: 'task.completed', ...build, output: 1, at: 20 },
    ])
    const row = model.row('build')!
    expect(spansOf(row)).toEqual(['queued 5-10', 'starting#1 10-12', 'running#1 12-20'])
    expect(row.attempts).toMatchObject([
      { number: 1, queuedMs: 5, from: 10, startedAt: 12, to: 20, end: 'completed' },
    ])
    expect(timesUntil(row, 15)).toEqual({ queuedMs: 5, ranMs: 3 })
    expect(timesUntil(row, 99)).toEqual({ queuedMs: 5, ranMs: 8 })
  })

  it('goes on for as long as the task does', () => {
    const model = modelOf([ready, ...granted(10), { type: 'task.started', ...build, at: 12 }])
    expect(spansOf(model.row('build'))).toEqual(['queued 5-10', 'starting#1 10-12', 'running#1 12-'])
    expect(timesUntil(model.row('build')!, 1_012)).toEqual({ queuedMs: 5, ranMs: 1_000 })
    expect(model.isSettled).toBe(false)
  })

  it('has an attempt after the other, with the wait between them', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.started', ...build, at: 12 },
      { type: 'task.retrying', ...build, failure, until: 30, at: 20 },
      ...granted(36, 2),
      { type: 'task.started', taskId: 'build', attempt: 2, at: 36 },
    ])
    const row = model.row('build')!
    expect(spansOf(row).slice(3)).toEqual([
      'retry 20-30',
      'queued 30-36',
      'starting#2 36-36',
      'running#2 36-',
    ])
    expect(row.attempts).toMatchObject([
      { number: 1, end: 'failed', failure: { code: 'HANDLER_THREW' }, to: 20 },
      { number: 2, queuedMs: 6 },
    ])
  })

  it('counts a task whose next attempt is due as queued, even while it still waits', () => {
    const model = modelOf([
      ready,
      ...granted(5),
      { type: 'task.started', ...build, at: 5 },
      { type: 'task.retrying', ...build, failure, until: 30, at: 20 },
    ])
    expect(timesUntil(model.row('build')!, 25)).toEqual({ queuedMs: 0, ranMs: 15 })
    expect(timesUntil(model.row('build')!, 42)).toEqual({ queuedMs: 12, ranMs: 15 })
  })

  it('has run for nothing where it was killed before it started', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.stopping', ...build, reason: 'kill', at: 18 },
      { type: 'task.killed', ...build, reason: 'enough', abandoned: false, at: 19 },
    ])
    expect(timesUntil(model.row('build')!, 99)).toEqual({ queuedMs: 5, ranMs: 0 })
  })

  it('shows stalls, and that it was ended', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.started', ...build, at: 10 },
      { type: 'task.stalled', ...build, silentMs: 4, at: 14 },
      { type: 'task.unstalled', ...build, at: 16 },
      { type: 'task.stopping', ...build, reason: 'kill', at: 18 },
      { type: 'task.killed', ...build, reason: 'enough', abandoned: false, at: 19 },
    ])
    expect(spansOf(model.row('build')).slice(2)).toEqual([
      'running#1 10-14',
      'stalled#1 14-16',
      'running#1 16-18',
      'stopping#1 18-19',
    ])
  })

  it('shows a task that asks whether it may start as waiting for an answer, and then as queued', () => {
    const asks = { type: 'task.asked', taskId: 'build', of: 'confirm', question: 'Now?', attempt: 0 } as const
    const model = modelOf([
      { ...asks, at: 11 },
      { type: 'task.answered', taskId: 'build', attempt: 0, answer: 'yes', at: 15 },
      { type: 'task.ready', taskId: 'build', at: 15 },
      ...granted(18),
    ])
    expect(spansOf(model.row('build'))).toEqual(['question 11-15', 'queued 15-18', 'starting#1 18-'])
    expect(model.row('build')!.questions).toMatchObject([{ from: 11, to: 15, answer: 'yes' }])
    const skipped = modelOf([
      { ...asks, at: 11 },
      { type: 'task.skipped', taskId: 'build', because: 'run-killed', at: 15 },
    ])
    expect(skipped.row('build')!.questions).toMatchObject([{ from: 11, to: 15 }])
  })

  it('marks questions from when they are asked until they are answered, the oldest first', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.started', ...build, at: 10 },
      { type: 'task.asked', ...build, of: 'handler', question: 'which?', at: 11 },
      { type: 'task.asked', ...build, of: 'handler', question: 'sure?', at: 12 },
      { type: 'task.answered', ...build, answer: 'that', at: 15 },
      { type: 'task.completed', ...build, output: 1, at: 20 },
    ])
    expect(model.row('build')!.questions).toMatchObject([
      { question: 'which?', from: 11, to: 15, answer: 'that' },
      { question: 'sure?', from: 12, to: 20 },
    ])
  })

  it('waits for an answer after a failure, without holding anything', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.asked', ...build, of: 'failure', question: 'what now?', failure, at: 12 },
      { type: 'task.answered', ...build, answer: 'retry', at: 20 },
      ...granted(25, 2),
    ])
    expect(spansOf(model.row('build'))).toEqual([
      'queued 5-10',
      'starting#1 10-12',
      'question 12-20',
      'queued 20-25',
      'starting#2 25-',
    ])
    expect(model.slots.valueAt(15)).toBe(0)
  })

  it('goes on in its row after a redrive', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      {
        type: 'task.failed',
        ...build,
        failure,
        ignored: false,
        deadLettered: false,
        abandoned: false,
        at: 12,
      },
      { type: 'run.failed', at: 13 },
      { type: 'run.redriven', tasks: ['build'], at: 50 },
      { type: 'task.redriven', taskId: 'build', from: 'failed', at: 50 },
      { type: 'task.ready', taskId: 'build', at: 51 },
      ...granted(52, 2),
    ])
    expect(spansOf(model.row('build'))).toEqual([
      'queued 5-10',
      'starting#1 10-12',
      'queued 51-52',
      'starting#2 52-',
    ])
    expect(model.row('build')!.marks.map(({ what }) => what)).toEqual(['settled', 'redriven'])
    expect(model.isSettled).toBe(false)
  })
})

describe('slots and pools in use', () => {
  it('are held from the grant until the attempt ends', () => {
    const model = modelOf([
      ready,
      ...granted(10),
      { type: 'task.dispatched', taskId: 'lint', attempt: 1, executor: 'inline', at: 12 },
      { type: 'task.abandoned', taskId: 'lint', attempt: 1, reason: 'timeout', at: 14 },
      {
        type: 'task.failed',
        taskId: 'lint',
        attempt: 1,
        failure,
        ignored: false,
        deadLettered: false,
        abandoned: true,
        at: 15,
      },
      { type: 'task.completed', ...build, output: 1, at: 20 },
    ])
    const over = (series: StepSeries) => [9, 10, 12, 14, 20].map((at) => series.valueAt(at))
    expect(over(model.slots)).toEqual([0, 1, 2, 1, 0])
    expect(over(model.pools.get('disk')!)).toEqual([0, 2, 3, 2, 0])
    expect(model.slots.peak).toBe(2)
  })

  it('show their peaks however short they are', () => {
    const series = new StepSeries()
    series.add(10, 1)
    series.add(11, 4)
    series.add(12, -4)
    series.add(90, -1)
    expect([...series.highest(0, 100, 4)]).toEqual([5, 1, 1, 1])
    expect([...series.highest(50, 60, 2)]).toEqual([1, 1])
    expect([...series.highest(95, 99, 2)]).toEqual([0, 0])
  })
})

describe('the rows of a timeline', () => {
  const facts: Told[] = [
    { type: 'task.ready', taskId: 'lint', at: 1 },
    { type: 'task.ready', taskId: 'build', at: 2 },
    ...granted(10),
  ]

  it('come in the order in which they started, those that wait behind them', () => {
    expect(orderedRows(modelOf(facts), 'start').map(({ id }) => id)).toEqual(['build', 'lint', 'deploy'])
    expect(orderedRows(modelOf(facts), 'dag').map(({ id }) => id)).toEqual(['build', 'lint', 'deploy'])
    expect(orderedRows(modelOf(facts.slice(0, 2)), 'start').map(({ id }) => id)).toEqual([
      'lint',
      'build',
      'deploy',
    ])
  })

  it('find what is to be seen from an instant on', () => {
    const row = modelOf([...facts, { type: 'task.started', ...build, at: 12 }]).row('build')!
    expect([0, 2, 10, 11, 12, 1_000].map((at) => firstSpanAfter(row, at))).toEqual([0, 0, 1, 1, 2, 2])
  })
})

describe('the timeline of any run', () => {
  it('agrees with the fold after each fact, and with the trace of its attempts', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario(), async (scenario) => {
        const { runs } = await playScenario(scenario)
        for (const { facts } of runs) expectAgreement(facts)
      }),
      { numRuns: 60 },
    )
  })
})

function expectAgreement(facts: readonly RunFact[]): void {
  const model = new TimelineModel()
  const folder = new RunFolder()
  for (const fact of facts) {
    model.apply(fact)
    folder.apply(fact)
    const holding = [...folder.tasks.values()].filter(({ status }) => isHolding(status)).length
    if (!leavesTheAttempt(fact)) expect(model.slots.valueAt(fact.at)).toBe(holding)
  }
  for (const row of model.rows) expectOrder(row)
  const attempts = model.rows.flatMap(({ id, attempts: bars }) =>
    bars.map(({ number, from, to }) => `${id}#${number} ${from}-${to}`),
  )
  const traced = trace(facts).timeline.map(
    ({ taskId, attempt, grantedAt, endedAt = Number.POSITIVE_INFINITY }) =>
      `${taskId}#${attempt} ${grantedAt}-${endedAt}`,
  )
  expect(attempts.sort()).toEqual(traced.sort())
}

function isHolding(status: string): boolean {
  return status !== 'pending' && status !== 'ready' && status !== 'skipped' && holdsSlot(status as never)
}

/** Between these facts and the next one of their task, the fold and the books of the slots differ. */
function leavesTheAttempt({ type }: Fact): boolean {
  return type === 'task.dispatched' || type === 'task.abandoned'
}

function expectOrder({ spans }: TimelineRow): void {
  for (const [index, { from, to }] of spans.entries()) {
    expect(to).toBeGreaterThanOrEqual(from)
    if (index > 0) expect(from).toBeGreaterThanOrEqual(spans[index - 1]!.to)
  }
}
