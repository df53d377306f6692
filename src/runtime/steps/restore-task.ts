import type { Failure } from '../../../machines/outcome.ts'
import { dueAt, holdsSlot, never, type RestoredTask } from '../../../machines/task-context.ts'
import { untilIn } from '../../events/facts.ts'
import type { AgentsOfTask } from '../../events/task-view.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { abortAttempt, adoptAttempt } from '../attempt/ask-executor.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'
import { restOfWait, type TaskPast } from '../run/run-past.ts'
import { limitOf, questionAbout } from '../run/question-about.ts'
import { spawnTask } from '../run/spawn-task.ts'
import { askFirst } from './ask-first.ts'
import { isSpared } from './teardowns.ts'

/**
 * Gives a task that had been taken up an actor again. Tells that a live attempt was interrupted, unless its executor
 * takes it over, and asks an open question again.
 */
export function restoreTask(run: Run, task: PlannedTask, of: TaskPast, causeSeq: number): void {
  const { books, now } = run
  const { id: taskId, index } = task
  const { attempt, attemptsUsed, failure, questions } = of.view
  const isAdopted = isTakenOver(run, task, of)
  const goesOn = run.dagContext.state === 'running' || run.dagContext.state === 'paused'
  if (isOfConfirm.has(of.standing)) {
    if (!goesOn) books.asked.add(index)
    else if (of.standing === 'confirming') askFirst(run, index, causeSeq, askedUntil(of, now))
  }
  if (of.standing === 'live' && !isAdopted) {
    // Before the actor exists, because a draining run kills it at once.
    books.lastSeq[index] = run.tell({ type: 'task.interrupted', taskId, attempt, causeSeq })
    run.shared.agents?.interrupted({ runId: run.id, taskId, attempt })
  }
  const spent = interruptedTooOften(run, task, of)
  if (spent !== undefined && !isAsked(task, spent)) return
  const used = attemptsUsed - (of.standing === 'live' && !isAdopted ? 1 : 0)
  const kept = { attempt, attemptsUsed: used, failure: spent ?? failure }
  const restored = isAdopted
    ? startingAgain(run, task, kept)
    : restoredOf(spent === undefined ? of : { ...of, standing: 'asking' }, kept, task, now)
  if (restored === undefined) return
  const lane = books.lanes[books.queue.laneOf(index)]!
  const agents = agentsOf(of)
  const live = spawnTask(run, task, lane, restored, agents)
  if (isAdopted && live.part !== undefined && agents?.agentId !== undefined) {
    run.shared.agents!.resume(live, agents.agentId)
  }
  if (of.standing === 'retrying' && awaitsAgents(agents)) run.shared.agents?.awaitAgain(live)
  // An instant that has passed is due now, and does not count as late.
  books.deadlines.set(index, Math.max(now, dueAt(live.context)))
  run.slotChanged(live, holdsSlot(live.context.state))
  if (of.standing === 'stopping') run.outbox.urgentEffect(abortAttempt, live, attempt)
  if (isAdopted) takeOver(live, of, causeSeq)
  else if (spent !== undefined || of.standing === 'asking') {
    askAgain(live, questions[0] ?? questionAbout(taskId, live.context.failure!), causeSeq)
  }
}

/** True between two dispatch attempts, unless the router or a claim is the reason. */
function awaitsAgents(agents: AgentsOfTask | undefined): boolean {
  if (agents === undefined || agents.dispatchAttempts === 0) return false
  return !agents.considered.some(({ why }) => why === 'not picked' || why === 'not claimed')
}

/** Those that it had. One whose attempt was being ended because it was too slow, or too dear, has failed it. */
function agentsOf({ standing, stopping, view: { agents } }: TaskPast): AgentsOfTask | undefined {
  const agentId = agents?.agentId
  if (agentId === undefined || (standing !== 'stopping' && standing !== 'abandoned')) return agents
  const reason = stopping!.reason
  if (reason === 'kill') return agents
  const spent = reason === 'overrun' ? [...agents!.spent, agentId] : agents!.spent
  return { ...agents!, failedWith: [...agents!.failedWith, agentId], spent }
}

/** Whether its executor takes over the live attempt. A run that is being killed takes over nothing. */
export function isTakenOver(run: Run, { index }: PlannedTask, { standing, view }: TaskPast): boolean {
  if (standing !== 'live' || view.placed === undefined || run.dagContext.state === 'killing') return false
  const { name, executor } = run.books.lanes[run.books.queue.laneOf(index)]!.load
  return name === view.placed.executor && executor.adopt !== undefined
}

/** The failure of a task whose attempts were interrupted so often that none follows. */
export function interruptedTooOften(run: Run, task: PlannedTask, of: TaskPast): Failure | undefined {
  const { maxInterruptions, policy } = task
  const { state } = run.dagContext
  // Of a run that is ended early nothing starts again anyway, except for teardowns.
  if (state !== 'running' && state !== 'paused' && !isSpared(run, task)) return undefined
  if (of.standing !== 'live' && !of.isInterrupted) return undefined
  if (of.interruptions <= maxInterruptions || isTakenOver(run, task, of)) return undefined
  const often =
    maxInterruptions === 0 ? 'and may not start again' : `for the ${ordinal(of.interruptions)} time`
  return {
    code: 'ATTEMPT_INTERRUPTED',
    message: `The process that coordinates the run died while the task was at work, ${often}.`,
    severity: policy.severity,
    retryable: false,
    at: run.now,
  }
}

/** Whether a person is asked what to do about the failure. */
export function isAsked({ policy }: PlannedTask, { severity }: Failure): boolean {
  return policy.onFailure === 'ask' && severity !== 'critical'
}

function ordinal(count: number): string {
  const ending = ['th', 'st', 'nd', 'rd'][Math.floor(count / 10) % 10 === 1 ? 0 : count % 10] ?? 'th'
  return `${count}${ending}`
}

type Kept = Pick<RestoredTask, 'attempt' | 'attemptsUsed' | 'failure'>

/** Where the run is being ended, these are skipped. */
const isOfConfirm: ReadonlySet<TaskPast['standing']> = new Set(['confirming', 'confirmed', 'declined'])

/** Until when its question waits, as it was told. */
function askedUntil({ view, toldAt }: TaskPast, now: number): number {
  return restOfWait(view.questionLimits?.[0]?.until ?? never, toldAt, now)
}

function restoredOf(
  past: TaskPast,
  kept: Kept,
  { policy }: PlannedTask,
  now: number,
): RestoredTask | undefined {
  const { standing, view, stopping } = past
  const dispatchAttempts = view.agents?.dispatchAttempts ?? 0
  const waits = { ...kept, state: 'dispatched' as const, dispatchAttempts }
  switch (standing) {
    case 'pending':
    case 'ready':
    case 'settled':
    case 'decided':
    case 'confirming':
    case 'confirmed':
    case 'declined':
      return undefined
    case 'live':
    case 'waiting':
      return { ...waits, waitingFor: 'grant', retryAt: never }
    case 'asking': {
      const { questions } = view
      const answerBy = questions.length === 0 ? now + policy.answerWithinMs : askedUntil(past, now)
      const pending = { answerBy, defaultAnswer: policy.defaultDecision }
      return { ...waits, waitingFor: 'answer', retryAt: never, openQuestions: [pending] }
    }
    case 'retrying':
      return { ...waits, waitingFor: 'retry', retryAt: restOfWait(view.until!, past.toldAt, now) }
    case 'stopping':
    case 'abandoned': {
      const forceAt = standing === 'abandoned' ? now : now + policy.killGraceMs
      const { reason: stopReason, killReason = '' } = stopping!
      return { ...kept, state: 'stopping', waitingFor: undefined, stopReason, killReason, forceAt }
    }
  }
}

function startingAgain(run: Run, { index, policy }: PlannedTask, kept: Kept): RestoredTask {
  const { queue, lanes } = run.books
  const forceable = lanes[queue.laneOf(index)]!.load.executor.force !== undefined
  const startBy = run.now + policy.startTimeoutMs
  return { ...kept, state: 'starting', waitingFor: undefined, forceable, startBy }
}

function takeOver(live: LiveTask, { view }: TaskPast, causeSeq: number): void {
  const { taskId, attempt, startBy } = live.context
  live.run.tellTask(live, { type: 'task.starting', taskId, attempt, ...untilIn(startBy), causeSeq })
  // Nobody may believe that it was never asked to work, and that it has ended for that reason.
  live.askedAttempt = attempt
  live.run.outbox.urgentEffect(adoptAttempt, { live, handle: view.placed!.handle }, attempt)
}

/** Asks again, because those who were asked may have gone with the coordinator. */
function askAgain(live: LiveTask, question: string, causeSeq: number): void {
  const { run, context } = live
  if (run.dagContext.state !== 'running' && run.dagContext.state !== 'paused') return
  const { taskId, attempt, failure, openQuestions } = context
  run.tellTask(live, {
    type: 'task.asked',
    taskId,
    attempt,
    of: 'failure',
    question,
    ...(failure === undefined ? {} : { failure }),
    ...limitOf(openQuestions[0]!),
    causeSeq,
  })
}
