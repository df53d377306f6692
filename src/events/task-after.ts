import type { Outcome, TaskId } from '../../machines/outcome.ts'
import type { RunFact } from './facts.ts'
import {
  type AgentsOfTask,
  noAgents,
  type QuestionLimit,
  type TaskStatus,
  type TaskView,
} from './task-view.ts'

type TaskFact = Extract<RunFact, { taskId: TaskId }>

/** The task after the fact. */
export function taskAfter(task: TaskView, fact: TaskFact): TaskView {
  const { at, seq } = fact
  switch (fact.type) {
    case 'task.ready':
      return moved(task, fact, 'ready')
    case 'task.dispatched': {
      const next = moved(withoutStart(task), fact, 'dispatched')
      next.attempt = fact.attempt
      next.attemptsUsed++
      if (fact.agentId !== undefined) {
        const before = task.agents ?? noAgents
        next.agents = { ...before, agentId: fact.agentId, dispatchAttempts: 0, considered: [] }
      }
      return next
    }
    case 'task.deferred': {
      const { executor, carrying, capacity } = fact
      const next = moved(task, fact, 'dispatched')
      // An offer that was declined at once was no attempt. One that was taken back while starting was one, but does not
      // count.
      if (task.status === 'starting') {
        next.attemptsUsed--
        // With it its claim was given back.
        if (next.agents?.fence !== undefined) next.agents = withoutFence(next.agents)
      }
      if (fact.considered === undefined) {
        next.deferred = { executor, carrying, ...(capacity === undefined ? {} : { capacity }) }
      } else next.agents = { ...(next.agents ?? noAgents), considered: fact.considered }
      return next
    }
    case 'dispatch.no-agent':
    case 'dispatch.claim-failed':
    case 'dispatch.quota-exceeded': {
      const { failure } = fact
      const considered =
        'agentId' in fact ? [{ agentId: fact.agentId, why: 'not claimed' as const }] : fact.considered
      const before = task.agents ?? noAgents
      const { dispatchAttempt = before.dispatchAttempts } = fact
      const next = moved(task, fact, 'dispatched')
      next.agents = { ...before, considered, dispatchAttempts: dispatchAttempt }
      if (fact.dispatchAttempt !== undefined) next.failure = failure
      return dueAt(next, fact.until)
    }
    case 'task.claimed': {
      const next = moved(task, fact, 'dispatched')
      next.agents = { ...(task.agents ?? noAgents), fence: fact.fence, considered: [] }
      return next
    }
    case 'task.starting':
      return dueAt(movedLive(task, fact, 'starting'), fact.until)
    case 'task.started': {
      const next = movedLive(task, fact, 'running')
      next.firstStartedAt ??= at
      next.startedAt = at
      next.lastSignAt = at
      return next
    }
    case 'task.unstalled':
      return { ...movedLive(task, fact, 'running'), lastSignAt: at }
    case 'task.placed':
      return { ...task, seq, placed: { executor: fact.executor, handle: fact.handle } }
    case 'task.warned':
      return { ...task, seq, ...(isAtWork(task) ? { lastSignAt: at } : {}) }
    case 'task.asked': {
      const { question, failure } = fact
      const limit = limitIn(fact)
      if (fact.of === 'handler') {
        return asking(
          { ...task, seq, lastSignAt: at },
          [...task.questions, question],
          [...limitsOf(task), limit],
        )
      }
      const next = asking(moved(task, fact, 'dispatched'), [question], [limit])
      return failure === undefined ? next : { ...next, failure }
    }
    case 'task.answered': {
      // After any answer to a failed task its attempts count from 0, in case another one follows.
      if (task.status === 'dispatched') {
        return answered(unasked(task), seq, fact.answer)
      }
      const isOpen = (_: unknown, place: number): boolean => place !== (fact.place ?? 0)
      return asking({ ...task, seq }, task.questions.filter(isOpen), limitsOf(task).filter(isOpen))
    }
    case 'task.stalled': {
      const next = movedLive(task, fact, 'stalled')
      next.lastSignAt = at - fact.silentMs
      return dueAt(next, fact.until)
    }
    case 'task.stopping':
      return dueAt(unasked(movedLive(task, fact, 'stopping')), fact.until)
    case 'task.abandoned':
      return { ...task, seq }
    case 'task.interrupted': {
      const next = moved(task, fact, 'dispatched')
      return { ...unasked(next), attemptsUsed: task.attemptsUsed - 1 }
    }
    case 'task.retrying': {
      const { failure, until } = fact
      const next = moved(task, fact, 'dispatched')
      const { agents } = task
      if (agents?.agentId !== undefined) {
        const failedWith = [...agents.failedWith, agents.agentId]
        const spent = failure.code === 'ALLOWANCE_EXCEEDED' ? [...agents.spent, agents.agentId] : agents.spent
        next.agents = { ...agents, failedWith, spent }
      }
      return { ...unasked(next), failure, until }
    }
    case 'task.redriven': {
      const {
        outcome: _outcome,
        failure: _failure,
        agents,
        ...open
      } = moved(withoutStart(task), fact, 'pending')
      const { fence } = agents ?? noAgents
      return { ...open, ...(fence === undefined ? {} : { agents: { ...noAgents, fence } }), attemptsUsed: 0 }
    }
    case 'task.completed':
    case 'task.failed':
    case 'task.killed':
    case 'task.skipped': {
      const outcome = outcomeOf(fact)
      const next = moved(task, fact, outcome.status)
      if (next.questions.length > 0) next.questions = []
      if (outcome.status === 'failed') next.failure = outcome.failure
      next.outcome = outcome
      return next
    }
    case 'task.dead-lettered':
      // The fact that settled the task stays its latest one, because it is the cause of what dependents tell.
      return task
  }
}

function withoutFence({ fence: _fence, ...rest }: AgentsOfTask): AgentsOfTask {
  return rest
}

function answered(task: TaskView, seq: number, answer: unknown): TaskView {
  if (answer !== 'retry') return { ...task, seq, questions: [] }
  const { agents } = task
  const again = agents === undefined ? {} : { agents: { ...agents, dispatchAttempts: 0 } }
  return { ...task, ...again, seq, questions: [], attemptsUsed: 0 }
}

type Draft = { -readonly [Field in keyof TaskView]: TaskView[Field] }

/** The task in another status, without what belonged to the last one. */
function moved(task: TaskView, { at: since, seq }: TaskFact, status: TaskStatus): Draft {
  const { id, attempt, attemptsUsed, questions, firstStartedAt, startedAt, failure, outcome, agents } = task
  // Spelled out, because a spread takes several times as long, and every task comes through here five times.
  const next: Draft = { id, status, since, seq, attempt, attemptsUsed, questions }
  if (firstStartedAt !== undefined) next.firstStartedAt = firstStartedAt
  if (startedAt !== undefined) next.startedAt = startedAt
  if (failure !== undefined) next.failure = failure
  if (outcome !== undefined) next.outcome = outcome
  if (agents !== undefined) next.agents = agents
  return next
}

/** The task with these open questions. Limits are noted where one of them has one. */
function asking(task: TaskView, questions: readonly string[], limits: readonly QuestionLimit[]): TaskView {
  const { questionLimits: _before, ...rest } = task
  const isLimited = limits.some(({ until }) => until !== undefined)
  return { ...rest, questions, ...(isLimited ? { questionLimits: limits } : {}) }
}

function unasked(task: TaskView): Draft {
  return asking(task, [], [])
}

function limitsOf({ questions, questionLimits }: TaskView): readonly QuestionLimit[] {
  return questionLimits ?? questions.map(() => unlimited)
}

const unlimited: QuestionLimit = Object.freeze({})

function limitIn({ until, defaultAnswer }: QuestionLimit): QuestionLimit {
  if (until === undefined) return unlimited
  return defaultAnswer === undefined ? { until } : { until, defaultAnswer }
}

function withoutStart(task: TaskView): TaskView {
  if (task.startedAt === undefined) return task
  const { startedAt: _startedAt, ...rest } = task
  return rest
}

/** The same, with what belongs to its live attempt. */
function movedLive(task: TaskView, fact: TaskFact, status: TaskStatus): Draft {
  const next = moved(task, fact, status)
  const { placed, lastSignAt, progress } = task
  if (placed !== undefined) next.placed = placed
  if (lastSignAt !== undefined) next.lastSignAt = lastSignAt
  if (progress !== undefined) next.progress = progress
  return next
}

function dueAt(next: Draft, until: number | undefined): Draft {
  if (until !== undefined) next.until = until
  return next
}

type Settling = Extract<TaskFact, { type: 'task.completed' | 'task.failed' | 'task.killed' | 'task.skipped' }>

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

function isAtWork({ status }: TaskView): boolean {
  return status === 'running' || status === 'stalled'
}

function isLive(task: TaskView): boolean {
  return isAtWork(task) || task.status === 'stopping'
}
