import { DagmarError, type Fact, fold, RunFolder, type TaskView } from 'dagmar'
import { describe, expect, it } from 'vitest'
import type { NewRunFact } from '../../src/events/facts.ts'
import { thrownBy } from '../graph/thrown.ts'
import { created, failure, numbered, output } from './made-facts.ts'

const taskId = 'build'
const starts = (attempt: number): readonly NewRunFact[] => [
  { type: 'task.dispatched', taskId, attempt, executor: 'process' },
  { type: 'task.starting', taskId, attempt, until: 99 },
  { type: 'task.started', taskId, attempt },
]
const running = numbered([created, ...starts(1)])
const progress = (afterSeq: number, percent: number, attempt = 1): Fact => ({
  type: 'task.progress',
  taskId,
  attempt,
  percent,
  afterSeq,
  at: 10 * afterSeq + 5,
  runId: 'run',
})
const taskAfterAll = (...facts: readonly Fact[]): TaskView => fold(facts).tasks.get(taskId)!
const next = (fact: NewRunFact, seq = 5): Fact => numbered([fact], seq)[0]!

describe('a task that is at work', () => {
  it('gave its last sign of work when it started, and with everything that it said since', () => {
    expect(taskAfterAll(...running)).toMatchObject({ startedAt: 40, lastSignAt: 40 })
    expect(taskAfterAll(...running, output(4))).toMatchObject({ since: 40, seq: 4, lastSignAt: 41 })
    const warned = next({ type: 'task.warned', taskId, attempt: 1, message: 'careful' })
    const asked = next({ type: 'task.asked', taskId, attempt: 1, of: 'handler', question: 'well?' })
    expect(taskAfterAll(...running, warned).lastSignAt).toBe(50)
    expect(taskAfterAll(...running, asked).lastSignAt).toBe(50)
  })

  it('is as far as it said last', () => {
    expect(taskAfterAll(...running)).not.toHaveProperty('progress')
    const facts = [...running, progress(4, 10), { ...progress(4, 30), message: 'on the way' }]
    expect(taskAfterAll(...facts)).toMatchObject({
      progress: { percent: 30, message: 'on the way' },
      lastSignAt: 45,
    })
  })

  it('has been silent for as long as its stall says', () => {
    const stalled = next({ type: 'task.stalled', taskId, attempt: 1, silentMs: 7 })
    expect(taskAfterAll(...running, stalled)).toMatchObject({ status: 'stalled', lastSignAt: 43 })
    const unstalled = next({ type: 'task.unstalled', taskId, attempt: 1 }, 6)
    expect(taskAfterAll(...running, stalled, unstalled)).toMatchObject({ status: 'running', lastSignAt: 60 })
  })

  it('keeps both while it is being ended', () => {
    const stopping = next({ type: 'task.stopping', taskId, attempt: 1, reason: 'kill' })
    expect(taskAfterAll(...running, progress(4, 10), stopping, output(5))).toMatchObject({
      status: 'stopping',
      progress: { percent: 10 },
      lastSignAt: 51,
    })
  })
})

describe('an attempt that is over', () => {
  const over: readonly NewRunFact[] = [
    { type: 'task.completed', taskId, attempt: 1, output: 1 },
    { type: 'task.retrying', taskId, attempt: 1, failure, until: 500 },
    { type: 'task.asked', taskId, attempt: 1, of: 'failure', question: 'What now?', failure },
    { type: 'task.killed', taskId, attempt: 1, reason: 'enough', abandoned: false },
  ]

  it('gives no sign of work, and is no way on', () => {
    for (const end of over) {
      const task = taskAfterAll(...running, progress(4, 10), next(end), progress(5, 20))
      expect(task).not.toHaveProperty('progress')
      expect(task).not.toHaveProperty('lastSignAt')
    }
  })

  it('says nothing of the next one', () => {
    const retrying = next({ type: 'task.retrying', taskId, attempt: 1, failure, until: 500 })
    const again = [...running, retrying, ...numbered(starts(2), 6)]
    expect(taskAfterAll(...again, progress(8, 20, 1))).toMatchObject({
      attempt: 2,
      firstStartedAt: 40,
      startedAt: 80,
      lastSignAt: 80,
    })
    expect(taskAfterAll(...again, progress(8, 20, 1))).not.toHaveProperty('progress')
    expect(taskAfterAll(...again, progress(8, 20, 2)).progress).toEqual({ percent: 20 })
  })
})

describe('a task that its executor declined', () => {
  it('waits for it, which the view says until it is granted', () => {
    const deferred: NewRunFact = { type: 'task.deferred', taskId, executor: 'far', carrying: 2, capacity: 2 }
    const waiting = numbered([created, deferred])
    expect(taskAfterAll(...waiting).deferred).toEqual({ executor: 'far', carrying: 2, capacity: 2 })
    expect(taskAfterAll(...waiting, ...numbered(starts(1), 3))).not.toHaveProperty('deferred')
  })
})

describe('facts that do not follow each other', () => {
  const gapIn = (...facts: readonly Fact[]): DagmarError => {
    const error = thrownBy(() => fold(facts))
    expect(error.code).toBe('FACTS_GAP')
    return error
  }

  it('are refused where some are missing', () => {
    const [first, , third] = running
    expect(gapIn(first!, third!).message).toContain(
      'The fact after 1 is task.starting with the seq 3, not 2: facts are missing.',
    )
    expect(gapIn(third!).message).toContain(
      'The first fact is task.starting with the seq 3, not 1: facts are missing.',
    )
  })

  it('are refused where one is told twice, or comes too late', () => {
    const [first, second] = running
    expect(gapIn(first!, second!, second!).message).toContain('it was told before, or is out of order')
    expect(gapIn(first!, second!, first!).facts).toEqual({ runId: 'run', seq: 1, expected: 3 })
  })

  it('change nothing of what has been folded', () => {
    const folder = new RunFolder()
    const [first, second, third] = running
    folder.apply(first!)
    const before = folder.view()
    expect(() => folder.apply(third!)).toThrow(DagmarError)
    expect(folder.view()).toEqual(before)
    folder.apply(second!)
    expect(folder.seq).toBe(2)
  })
})

describe('a view', () => {
  const view = fold([...running, progress(4, 10)])

  it('is written as JSON in full, its tasks by their ids', () => {
    const { tasks, ...rest } = view
    const read: unknown = JSON.parse(JSON.stringify(view))
    expect(read).toEqual({ ...rest, tasks: Object.fromEntries(tasks) })
    expect(read).toMatchObject({ tasks: { build: { status: 'running', progress: { percent: 10 } } } })
  })

  it('is cloned in full', () => {
    const clone = structuredClone(view)
    expect(clone).toEqual(view)
    expect(clone.tasks.get(taskId)).toEqual(view.tasks.get(taskId))
  })
})
