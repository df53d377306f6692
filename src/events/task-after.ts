import type { Outcome, TaskId } from '../../machines/outcome.ts'
import { type RunFact, untilOf } from './facts.ts'
import type { TaskView } from './task-view.ts'

type TaskFact = Extract<RunFact, { taskId: TaskId }>

/** The task after the fact. */
export function taskAfter(task: TaskView, fact: TaskFact): TaskView {
  return isOrdinary(fact) && isUntroubled(task, fact) ? ordinarily(task, fact) : rarely(task, fact)
}

/** The task after a sign of work of an attempt, perhaps with its progress. Unchanged if the attempt is over. */
export function taskAfterSign(
  task: TaskView,
  attempt: number,
  at: number,
  progress: TaskView['progress'],
): TaskView {
  if (attempt !== task.attempt || !isLive(task)) return task
  const { lastSignAt = at } = task
  const said = progress === undefined ? {} : { progress }
  return { ...task, lastSignAt: Math.max(lastSignAt, at), ...said }
}

/** The facts that every task tells. */
type Ordinary = 'task.ready' | 'task.dispatched' | 'task.starting' | 'task.started' | 'task.completed'

const ordinary: ReadonlySet<string> = new Set<Ordinary>([
  'task.ready',
  'task.dispatched',
  'task.starting',
  'task.started',
  'task.completed',
])

function isOrdinary(fact: RunFact): fact is Extract<RunFact, { type: Ordinary }> {
  return ordinary.has(fact.type)
}

/** True for a task up to its first attempt, if nothing unusual has happened to it. */
function isUntroubled(task: TaskView, { type }: TaskFact): boolean {
  const { placed, deferred, failure, outcome, questions, startedAt, firstStartedAt } = task
  if (placed !== undefined || deferred !== undefined || failure !== undefined) return false
  if (outcome !== undefined || questions.length > 0) return false
  return type === 'task.completed' ? startedAt === firstStartedAt : firstStartedAt === undefined
}

/** Spelled out, because copying a view takes several times as long as making one. */
function ordinarily(task: TaskView, fact: Extract<RunFact, { type: Ordinary }>): TaskView {
  const { id, attempt, attemptsUsed, questions } = task
  const { at: since, seq } = fact
  switch (fact.type) {
    case 'task.ready':
      return { id, status: 'ready', since, seq, attempt, attemptsUsed, questions }
    case 'task.dispatched': {
      const used = attemptsUsed + 1
      return { id, status: 'dispatched', since, seq, attempt: fact.attempt, attemptsUsed: used, questions }
    }
    case 'task.starting': {
      const { until } = fact
      return until === undefined
        ? { id, status: 'starting', since, seq, attempt, attemptsUsed, questions }
        : { id, status: 'starting', since, seq, attempt, attemptsUsed, until, questions }
    }
    case 'task.started':
      return {
        id,
        status: 'running',
        since,
        seq,
        attempt,
        attemptsUsed,
        firstStartedAt: since,
        startedAt: since,
        lastSignAt: since,
        questions,
      }
    case 'task.completed': {
      const { startedAt = since } = task
      return {
        id,
        status: 'completed',
        since,
        seq,
        attempt,
        attemptsUsed,
        firstStartedAt: startedAt,
        startedAt,
        questions,
        outcome: { status: 'completed', output: fact.output },
      }
    }
  }
}

function rarely(task: TaskView, fact: TaskFact): TaskView {
  const { at, seq } = fact
  const { until: _until, deferred: _deferred, placed, lastSignAt, progress, ...rest } = task
  const moved = { ...rest, since: at, seq }
  // The fields that belong to a live attempt.
  const live = {
    ...moved,
    ...(placed === undefined ? {} : { placed }),
    ...(lastSignAt === undefined ? {} : { lastSignAt }),
    ...(progress === undefined ? {} : { progress }),
  }
  switch (fact.type) {
    case 'task.ready':
      return { ...moved, status: 'ready' }
    case 'task.dispatched': {
      const { startedAt: _before, ...waiting } = moved
      return { ...waiting, status: 'dispatched', attempt: fact.attempt, attemptsUsed: task.attemptsUsed + 1 }
    }
    case 'task.deferred':
      return deferred(moved, task, fact)
    case 'task.starting':
      return { ...live, status: 'starting', ...untilOf(fact) }
    case 'task.started':
      return {
        ...live,
        status: 'running',
        firstStartedAt: task.firstStartedAt ?? at,
        startedAt: at,
        lastSignAt: at,
      }
    case 'task.unstalled':
      return { ...live, status: 'running', lastSignAt: at }
    case 'task.placed':
      return { ...task, seq, placed: { executor: fact.executor, handle: fact.handle } }
    case 'task.warned':
      return { ...task, seq, ...(isAtWork(task) ? { lastSignAt: at } : {}) }
    case 'task.asked':
      return fact.of === 'handler'
        ? { ...task, seq, questions: [...task.questions, fact.question], lastSignAt: at }
        : {
            ...moved,
            status: 'dispatched',
            questions: [fact.question],
            ...(fact.failure === undefined ? {} : { failure: fact.failure }),
          }
    case 'task.answered':
      // After any answer to a failed task its attempts count from 0, in case another one follows.
      return task.status === 'dispatched'
        ? { ...task, seq, questions: [], attemptsUsed: fact.answer === 'retry' ? 0 : task.attemptsUsed }
        : { ...task, seq, questions: task.questions.slice(1) }
    case 'task.stalled':
      return { ...live, status: 'stalled', lastSignAt: at - fact.silentMs, ...untilOf(fact) }
    case 'task.stopping':
      return { ...live, status: 'stopping', questions: [], ...untilOf(fact) }
    case 'task.abandoned':
      return { ...task, seq }
    case 'task.interrupted':
      return { ...moved, status: 'dispatched', questions: [], attemptsUsed: task.attemptsUsed - 1 }
    case 'task.retrying':
      return { ...moved, status: 'dispatched', questions: [], failure: fact.failure, until: fact.until }
    case 'task.redriven': {
      const { outcome: _outcome, failure: _failure, startedAt: _startedAt, ...open } = moved
      return { ...open, status: 'pending', attemptsUsed: 0 }
    }
    case 'task.completed':
    case 'task.failed':
    case 'task.killed':
    case 'task.skipped':
      return settled(moved, fact)
    case 'task.dead-lettered':
      // The fact that settled the task stays its latest one, because it is the cause of what dependents tell.
      return task
  }
}

type Settling = Extract<TaskFact, { type: 'task.completed' | 'task.failed' | 'task.killed' | 'task.skipped' }>

function settled(moved: TaskView, fact: Settling): TaskView {
  const outcome = outcomeOf(fact)
  const failure = outcome.status === 'failed' ? { failure: outcome.failure } : {}
  return { ...moved, status: outcome.status, questions: [], ...failure, outcome }
}

/** The outcome that a fact gives its task. */
function outcomeOf(fact: Settling): Outcome {
  switch (fact.type) {
    case 'task.completed':
      return { status: 'completed', output: fact.output }
    case 'task.failed': {
      const { failure, deadLettered, ignored, abandoned } = fact
      return { status: 'failed', failure, deadLettered, ignored, abandoned }
    }
    case 'task.killed':
      return { status: 'killed', reason: fact.reason, abandoned: fact.abandoned }
    case 'task.skipped': {
      const { because, causedBy } = fact
      return { status: 'skipped', because, ...(causedBy === undefined ? {} : { causedBy }) }
    }
  }
}

/**
 * An offer that was declined at once was no attempt. One that was taken back while starting was an attempt, but does
 * not count.
 */
function deferred(
  moved: TaskView,
  before: TaskView,
  { executor, carrying, capacity }: Extract<TaskFact, { type: 'task.deferred' }>,
): TaskView {
  const attemptsUsed = before.attemptsUsed - (before.status === 'starting' ? 1 : 0)
  const by = { executor, carrying, ...(capacity === undefined ? {} : { capacity }) }
  return { ...moved, status: 'dispatched', attemptsUsed, deferred: by }
}

function isAtWork({ status }: TaskView): boolean {
  return status === 'running' || status === 'stalled'
}

function isLive(task: TaskView): boolean {
  return isAtWork(task) || task.status === 'stopping'
}
