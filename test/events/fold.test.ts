import { describe, expect, it } from 'vitest'
import type { NewRunFact } from '../../src/events/facts.ts'
import type { JsonValue } from '../../src/events/json-value.ts'
import { fold, RunFolder, type RunView } from '../../src/events/fold.ts'
import type { TaskView } from '../../src/events/task-view.ts'
import { beginning, created, failure, numbered } from './made-facts.ts'

const taskId = 'build'
const attempt = 1

const dispatched: NewRunFact = { type: 'task.dispatched', taskId, attempt, executor: 'inline' }
const starting: NewRunFact = { type: 'task.starting', taskId, attempt, until: 99 }
const started: NewRunFact = { type: 'task.started', taskId, attempt }
const completed: NewRunFact = { type: 'task.completed', taskId, attempt, output: 'built' }
const failed: NewRunFact = {
  type: 'task.failed',
  taskId,
  attempt,
  failure,
  ignored: false,
  deadLettered: true,
  abandoned: false,
}
const asked: NewRunFact = { type: 'task.asked', taskId, attempt, of: 'handler', question: 'really?' }
const askedWhatNow: NewRunFact = {
  type: 'task.asked',
  taskId,
  attempt,
  of: 'failure',
  question: 'What now?',
  failure,
}
const answered = (answer: unknown): NewRunFact => ({ type: 'task.answered', taskId, attempt, answer })
const running = [dispatched, starting, started] as const

const viewOf = (...facts: readonly NewRunFact[]): RunView => fold(numbered([created, ...facts]))
/** The task that all of these facts are about. */
const taskOf = (...facts: readonly NewRunFact[]): TaskView => viewOf(...facts).tasks.get(taskId)!

describe('a run of which nothing is known', () => {
  it('has no name, no tasks and no fact', () => {
    const view = fold([])
    expect(view).toMatchObject({ runId: '', name: '', status: 'running', seq: 0 })
    expect(view.tasks.size).toBe(0)
    expect(view).not.toHaveProperty('startedAt')
  })

  it('has its tasks when they are known before its first fact, and does not get them twice', () => {
    const folder = new RunFolder(beginning())
    expect(folder.view()).toMatchObject({ runId: 'run', name: 'release', seq: 0, counts: { pending: 2 } })
    for (const fact of numbered([created])) folder.apply(fact)
    expect(folder.view()).toEqual(viewOf())
  })
})

describe('the state of a run', () => {
  it('begins with its tasks pending', () => {
    const view = viewOf()
    expect(view).toMatchObject({ runId: 'run', name: 'release', status: 'running', seq: 1 })
    expect([...view.tasks.keys()]).toEqual(['build', 'test'])
    expect(view.tasks.get('test')).toEqual({
      id: 'test',
      status: 'pending',
      since: 0,
      seq: 0,
      attempt: 0,
      attemptsUsed: 0,
      questions: [],
    })
    expect(view.counts).toMatchObject({ pending: 2, ready: 0, completed: 0 })
  })

  it.each<[NewRunFact, Partial<RunView>]>([
    [{ type: 'run.started' }, { status: 'running', startedAt: 20 }],
    [
      { type: 'run.started', until: 500 },
      { status: 'running', startedAt: 20, until: 500 },
    ],
    [{ type: 'run.paused' }, { status: 'paused' }],
    [
      { type: 'run.draining', reason: 'home' },
      { status: 'draining', ending: 'drained', reason: 'home' },
    ],
    [
      { type: 'run.killing', ending: 'killed', reason: 'enough' },
      { status: 'killing', ending: 'killed', reason: 'enough' },
    ],
    [
      { type: 'run.killing', ending: 'aborted', reason: failure.message, failure },
      { status: 'killing', ending: 'aborted', failure },
    ],
    [{ type: 'run.recovered' }, { status: 'running' }],
    [{ type: 'run.completed' }, { status: 'completed', settledAt: 20 }],
    [
      { type: 'run.failed', failure },
      { status: 'failed', settledAt: 20, failure },
    ],
    [{ type: 'run.failed' }, { status: 'failed', settledAt: 20 }],
    [
      { type: 'run.killed', reason: 'enough' },
      { status: 'killed', settledAt: 20, reason: 'enough' },
    ],
  ])('follows %o', (fact, expected) => {
    expect(viewOf(fact)).toEqual({ ...viewOf(), seq: 2, at: 20, ...expected })
  })

  it('keeps why it ended when it has', () => {
    const aborting: NewRunFact = { type: 'run.killing', ending: 'aborted', reason: failure.message, failure }
    expect(viewOf(aborting, { type: 'run.failed', failure })).toMatchObject({ ending: 'aborted', failure })
    const draining: NewRunFact = { type: 'run.draining', reason: 'home' }
    expect(viewOf(draining, aborting)).toMatchObject({ ending: 'aborted', reason: 'home', failure })
    expect(viewOf(draining, { type: 'run.killed', reason: 'home' })).toMatchObject({ ending: 'drained' })
  })

  it('has no timeout to come when it has settled, and another one after a redrive', () => {
    const started: NewRunFact = { type: 'run.started', until: 500 }
    expect(viewOf(started, { type: 'run.failed' })).not.toHaveProperty('until')
    const redriven: NewRunFact = { type: 'run.redriven', tasks: [taskId], until: 900 }
    expect(viewOf(started, { type: 'run.failed' }, redriven).until).toBe(900)
  })

  it('is running again after a pause', () => {
    expect(viewOf({ type: 'run.paused' }, { type: 'run.resumed' }).status).toBe('running')
  })

  it('is as if it had never settled after a redrive', () => {
    for (const end of [
      { type: 'run.failed', failure },
      { type: 'run.killed', reason: 'enough' },
    ] as const) {
      const view = viewOf(end, { type: 'run.redriven', tasks: [taskId] })
      expect(view).toEqual({ ...viewOf(), seq: 3, at: 30 })
    }
  })
})

describe('the state of a task', () => {
  it.each<[string, readonly NewRunFact[], Partial<TaskView>]>([
    ['ready', [{ type: 'task.ready', taskId }], { status: 'ready' }],
    ['dispatched, with its attempt', [dispatched], { status: 'dispatched', attempt: 1, attemptsUsed: 1 }],
    [
      'starting until its timeout',
      [dispatched, starting],
      { status: 'starting', until: 99, attempt: 1, attemptsUsed: 1 },
    ],
    [
      'running',
      [...running],
      {
        status: 'running',
        attempt: 1,
        attemptsUsed: 1,
        firstStartedAt: 40,
        startedAt: 40,
        lastSignAt: 40,
      },
    ],
  ])('is %s', (_, facts, expected) => {
    expect(taskOf(...facts)).toEqual({
      id: taskId,
      attempt: 0,
      attemptsUsed: 0,
      questions: [],
      since: 10 * (facts.length + 1),
      seq: facts.length + 1,
      ...expected,
    })
  })

  it('is dispatched after a deferral, which costs no attempt', () => {
    const deferred: NewRunFact = {
      type: 'task.deferred',
      taskId,
      executor: 'inline',
      carrying: 2,
      capacity: 2,
    }
    expect(taskOf(deferred)).toMatchObject({ status: 'dispatched', attempt: 0, attemptsUsed: 0 })
    expect(taskOf(dispatched, starting, deferred)).toMatchObject({
      status: 'dispatched',
      attempt: 1,
      attemptsUsed: 0,
    })
    expect(taskOf(dispatched, starting, deferred)).not.toHaveProperty('until')
    expect(taskOf(dispatched, starting, deferred, deferred).attemptsUsed).toBe(0)
  })

  it('is stalled until its grace is over, where it has one, and running again after it', () => {
    const until = taskOf(...running, { type: 'task.stalled', taskId, attempt, silentMs: 50, until: 77 })
    expect(until).toMatchObject({ status: 'stalled', until: 77 })
    const stalled: NewRunFact = { type: 'task.stalled', taskId, attempt, silentMs: 50 }
    expect(taskOf(...running, stalled)).not.toHaveProperty('until')
    expect(taskOf(...running, stalled, { type: 'task.unstalled', taskId, attempt }).status).toBe('running')
  })

  it('is stopping until it is forced or given up, and its questions are gone', () => {
    const stopping: NewRunFact = { type: 'task.stopping', taskId, attempt, reason: 'kill', until: 88 }
    expect(taskOf(...running, asked, stopping)).toMatchObject({
      status: 'stopping',
      until: 88,
      questions: [],
    })
  })

  it('is where its executor noted last, as long as its attempt is live', () => {
    const placed = (handle: JsonValue): NewRunFact => ({
      type: 'task.placed',
      taskId,
      attempt,
      executor: 'far',
      handle,
    })
    const stopping: NewRunFact = { type: 'task.stopping', taskId, attempt, reason: 'kill', until: 88 }
    const going = [
      [dispatched, starting, placed(1), placed(2)],
      [dispatched, starting, placed(2), started],
      [dispatched, starting, placed(2), started, { type: 'task.stalled', taskId, attempt, silentMs: 50 }],
      [dispatched, starting, placed(2), started, stopping],
    ] as const
    for (const facts of going) {
      expect(taskOf(...facts).placed).toEqual({ executor: 'far', handle: 2 })
      expect(taskOf(...facts).status).toBe(
        taskOf(...facts.filter(({ type }) => type !== 'task.placed')).status,
      )
    }
    const retrying: NewRunFact = { type: 'task.retrying', taskId, attempt, failure, until: 500 }
    for (const end of [
      completed,
      failed,
      retrying,
      askedWhatNow,
      { type: 'task.deferred', taskId, executor: 'far', carrying: 1 } as const,
    ]) {
      expect(taskOf(dispatched, starting, placed(2), started, end)).not.toHaveProperty('placed')
    }
  })

  it('is dispatched until the instant of its retry, with the failure', () => {
    const retrying: NewRunFact = { type: 'task.retrying', taskId, attempt, failure, until: 500 }
    expect(taskOf(...running, asked, retrying)).toMatchObject({
      status: 'dispatched',
      until: 500,
      failure,
      attemptsUsed: 1,
      questions: [],
    })
    expect(taskOf(...running, retrying, { ...dispatched, attempt: 2 })).toMatchObject({
      attempt: 2,
      attemptsUsed: 2,
    })
  })

  it.each<[string, NewRunFact, Partial<TaskView>]>([
    ['completed', completed, { outcome: { status: 'completed', output: 'built' } }],
    [
      'failed',
      failed,
      {
        failure,
        outcome: { status: 'failed', failure, deadLettered: true, ignored: false, abandoned: false },
      },
    ],
    [
      'killed',
      { type: 'task.killed', taskId, attempt, reason: 'enough', abandoned: true },
      { outcome: { status: 'killed', reason: 'enough', abandoned: true } },
    ],
    [
      'skipped',
      { type: 'task.skipped', taskId, because: 'dependency-failed', causedBy: 'test' },
      { outcome: { status: 'skipped', because: 'dependency-failed', causedBy: 'test' } },
    ],
    [
      'skipped',
      { type: 'task.skipped', taskId, because: 'run-killed' },
      { outcome: { status: 'skipped', because: 'run-killed' } },
    ],
  ])('is %s, with how it settled and without questions', (status, fact, expected) => {
    expect(taskOf(...running, asked, fact)).toEqual({
      id: taskId,
      status,
      since: 60,
      seq: 6,
      firstStartedAt: 40,
      startedAt: 40,
      attempt: 1,
      attemptsUsed: 1,
      questions: [],
      ...expected,
    })
  })

  it('is pending again after a redrive: attempts go on being numbered, and begin to count anew', () => {
    const redriven: NewRunFact = { type: 'task.redriven', taskId, from: 'failed' }
    expect(taskOf(...running, failed, redriven)).toEqual({
      id: taskId,
      status: 'pending',
      since: 60,
      seq: 6,
      firstStartedAt: 40,
      attempt: 1,
      attemptsUsed: 0,
      questions: [],
    })
  })

  it.each<[NewRunFact]>([
    [{ type: 'task.warned', taskId, attempt, message: 'careful' }],
    [{ type: 'task.abandoned', taskId, attempt, reason: 'timeout' }],
  ])('stays what it is with %o', (fact) => {
    expect(taskOf(...running, fact)).toMatchObject({ status: 'running', since: 40, seq: 5 })
  })

  it('has been settled by what settled it, also when it is a dead letter then', () => {
    const deadLettered: NewRunFact = { type: 'task.dead-lettered', taskId, attempt, failure }
    expect(taskOf(...running, failed, deadLettered)).toEqual(taskOf(...running, failed))
    expect(taskOf(...running, failed).seq).toBe(5)
  })

  it('is not touched by the facts of others, nor by those of tasks that nobody knows', () => {
    const others: readonly NewRunFact[] = [
      { type: 'task.ready', taskId: 'test' },
      { type: 'task.ready', taskId: 'nobody' },
    ]
    expect(taskOf(...running, ...others)).toEqual(taskOf(...running))
    expect(viewOf(...others).tasks.size).toBe(2)
  })
})

describe('the questions of a task', () => {
  it('wait in their order, and are answered in it', () => {
    const again: NewRunFact = { ...asked, question: 'truly?' } as NewRunFact
    expect(taskOf(...running, asked, again)).toMatchObject({
      status: 'running',
      questions: ['really?', 'truly?'],
    })
    expect(taskOf(...running, asked, again, answered('yes')).questions).toEqual(['truly?'])
  })

  it('about a failure put it back to dispatched, with the failure', () => {
    expect(taskOf(...running, asked, askedWhatNow)).toMatchObject({
      status: 'dispatched',
      questions: ['What now?'],
      failure,
      attemptsUsed: 1,
    })
  })

  it('about a failure are gone with the answer; a retry lets its attempts count anew', () => {
    expect(taskOf(...running, askedWhatNow, answered('retry'))).toMatchObject({
      questions: [],
      attemptsUsed: 0,
    })
    expect(taskOf(...running, askedWhatNow, answered('skip'))).toMatchObject({
      questions: [],
      attemptsUsed: 1,
    })
  })
})
