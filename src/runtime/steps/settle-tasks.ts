import { brief, briefOf } from '../../events/brief-fact.ts'
import type { Failure, Outcome, TaskId } from '../../../machines/outcome.ts'
import type { RunCommand } from '../../../machines/dag.ts'
import { abortsRun, type TaskContext } from '../../../machines/task-context.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { countsAs } from '../../graph/rules.ts'
import { asksFirst, askFirst } from './ask-first.ts'
import { deadlockOf } from './deadlock.ts'
import { outcomeOf } from '../run/outcome-of.ts'
import type { Run } from '../run/run.ts'
import type { LiveTask } from '../run/live-task.ts'
import { skipReasonOf } from './skip-reason.ts'
import { isPointless, isSpared, skippedByEnding, waitsInVain } from './teardowns.ts'

/** Makes the tasks ready that wait for nothing. */
export function openFrontier(run: Run, causeSeq: number): void {
  continueFrontier(run, () => causeSeq)
}

/** Settles the tasks whose rule cannot be met, and makes the tasks ready that wait for nothing, each with its cause. */
export function continueFrontier(run: Run, causeOf: (index: number) => number): void {
  const { doomedAtStart, openAtStart, frontier } = run.books
  settleDoomed(run, doomedAtStart.splice(0), causeOf)
  // Both kinds in one pass, so that only their places in the dag decide their order.
  const open = [...openAtStart.splice(0), ...frontier.open()].sort((a, b) => a - b)
  for (const index of open) makeReady(run, index, causeOf(index))
  announceIfSettled(run)
}

/** A task actor has ended: its task is settled, and only its dependents are examined. */
export function taskDone(run: Run, context: TaskContext): void {
  const { books } = run
  const live = run.live.get(context.index)
  if (live === undefined || live.context !== context) return
  run.live.delete(context.index)
  books.deadlines.set(context.index, Number.POSITIVE_INFINITY)
  books.attempts[context.index] = context.attempt
  settle(run, context.index, outcomeOf(context), live.lastSeq)
  if (abortsRun(context)) abortBecauseOf(run, context.taskId, context.failure!)
  announceIfSettled(run)
}

/**
 * Kills one task. One that has no actor settles as killed at once. In a run that is being killed, only teardowns are
 * left that are not killed already.
 */
export function killTask(run: Run, index: number, reason: string): void {
  const { books } = run
  const live = run.live.get(index)
  const isKilled = run.dagContext.state === 'killing' && !run.plan.tasks[index]!.teardown
  if (isKilled) return
  books.queue.remove(index)
  books.postponed.delete(index)
  if (live !== undefined) {
    run.sendTask(live, { type: 'task.kill', at: run.shared.macrostep.at, reason })
    return
  }
  if (books.outcomes[index] !== undefined) return
  books.frontier.close(index)
  const taskId = run.plan.tasks[index]!.id
  const attempt = books.attempts[index]!
  const seq = run.tell({ type: 'task.killed', taskId, attempt, reason, abandoned: false })
  settle(run, index, { status: 'killed', reason, abandoned: false }, seq)
  announceIfSettled(run)
}

/** Skips every task that has no actor, so that nothing more starts but teardowns that have a point. */
export function skipRest(run: Run): void {
  const { books } = run
  const rest: PlannedTask[] = []
  books.frontier.isPatient = true
  for (const task of run.plan.tasks) {
    const { index } = task
    if (books.outcomes[index] !== undefined || staysOpen(run, task)) continue
    books.frontier.close(index)
    books.postponed.delete(index)
    if (run.live.get(index) !== undefined) continue
    books.queue.remove(index)
    rest.push(task)
  }
  const skipped = skippedByEnding(run)
  for (const task of rest) {
    const seq = run.tell({ type: 'task.skipped', taskId: task.id, ...skipped, ...run.endingCause })
    settle(run, task.index, { status: 'skipped', ...skipped }, seq)
  }
  // Only a recovered run has any that are neither skipped nor ready by now.
  const isOpen = (index: number): boolean => books.outcomes[index] === undefined
  settleDoomed(run, books.doomedAtStart.splice(0).filter(isOpen), () => run.endingCause.causeSeq!)
  for (const index of books.openAtStart.splice(0).filter(isOpen))
    makeReady(run, index, run.endingCause.causeSeq!)
  // A paused run may have teardowns that are ready.
  if (books.queue.size > 0) run.shared.admission.want(run)
  announceIfSettled(run)
}

/** True for a teardown that is not skipped. What is queued too early for a run that ends is taken out again. */
function staysOpen(run: Run, task: PlannedTask): boolean {
  const { frontier, queue, asked } = run.books
  // Nobody is asked about a run that is to end.
  if (!isSpared(run, task) || asked.has(task.index)) return false
  if (frontier.waits(task.index)) return true
  if (queue.has(task.index) && run.postpones(task.index)) queue.remove(task.index)
  return !waitsInVain(run, task.index)
}

/** Kills the tasks that have an actor, but for teardowns; with `waitingOnly`, only those without a live attempt. */
export function killLive(run: Run, reason: string, waitingOnly: boolean): void {
  killThose(run, reason, ({ task, context }) => {
    if (waitingOnly && context.state !== 'dispatched') return false
    return !isSpared(run, task) || waitsInVain(run, task.index)
  })
}

/** A run that is being killed is to wait for its teardowns no longer. */
export function killTeardowns(run: Run, reason: string): void {
  const { outcomes } = run.books
  const isKilled = ({ index }: PlannedTask): boolean => run.live.get(index)?.context.stopReason === 'kill'
  const isOpen = (task: PlannedTask): boolean =>
    task.teardown && outcomes[task.index] === undefined && !isKilled(task)
  if (!run.plan.tasks.some(isOpen)) return
  const { ending, failure, reason: first } = run.dagContext
  run.tellEnding({
    type: 'run.killing',
    ending: ending!,
    reason: failure?.message ?? first,
    ...(failure === undefined ? {} : { failure }),
    endsTeardowns: true,
  })
  skipRest(run)
  killThose(run, reason, ({ task }) => isOpen(task))
}

function killThose(run: Run, reason: string, isMeant: (live: LiveTask) => boolean): void {
  // Their done events reach the dag actor later, so the list does not change during the loop.
  for (const live of run.live) {
    if (isMeant(live)) killOne(run, live, reason)
  }
}

function killOne(run: Run, live: LiveTask, reason: string): void {
  const { queue, postponed } = run.books
  queue.remove(live.task.index)
  postponed.delete(live.task.index)
  run.sendTask(live, { type: 'task.kill', at: run.now, reason })
}

/** The rule of the task is met: it is queued, unless a person is to be asked first. */
function makeReady(run: Run, index: number, causeSeq: number): void {
  if (asksFirst(run, index)) return askFirst(run, index, causeSeq)
  run.books.lastSeq[index] = run.outbox.putBrief(briefOf(index, brief.ready), causeSeq)
  run.enqueue(index)
}

/** A person has said whether the task may start, or nobody has in time. */
export function confirmTask(run: Run, { index, answer, expired }: ConfirmCommand): void {
  const { books } = run
  if (!books.asked.delete(index)) return
  books.deadlines.set(index, Number.POSITIVE_INFINITY)
  const taskId = run.plan.tasks[index]!.id
  const late = expired === true ? { expired } : {}
  carryOutAnswer(run, index, answer, run.tell({ type: 'task.answered', taskId, attempt: 0, answer, ...late }))
  announceIfSettled(run)
}

/** Does what a person has answered. `causeSeq` is the fact of the answer. */
export function carryOutAnswer(run: Run, index: number, answer: unknown, causeSeq: number): void {
  if (answer === 'yes') {
    run.books.confirmed.add(index)
    makeReady(run, index, causeSeq)
    return
  }
  const skipped = { because: 'answered' } as const
  const seq = run.tell({ type: 'task.skipped', taskId: run.plan.tasks[index]!.id, ...skipped })
  settle(run, index, { status: 'skipped', ...skipped }, seq)
}

type ConfirmCommand = Extract<RunCommand, { type: 'run.confirm' }>

interface Settled {
  readonly index: number
  readonly outcome: Outcome
  readonly seq: number
}

/**
 * Settles a task and then, one by one, the tasks that settle in consequence. Makes ready those whose rule is met by
 * that.
 */
function settle(run: Run, index: number, outcome: Outcome, seq: number): void {
  const doomed = settleAlone(run, index, outcome, seq)
  if (doomed.length > 0) settleDoomed(run, doomed, () => seq)
}

function settleDoomed(run: Run, doomed: readonly number[], causeOf: (index: number) => number): void {
  const settled = doomed.map((index) => doom(run, index, causeOf(index)))
  for (let next = 0; next < settled.length; next++) {
    const one = settled[next]!
    for (const dependent of settleAlone(run, one.index, one.outcome, one.seq)) {
      settled.push(doom(run, dependent, one.seq))
    }
  }
}

/** Settles one task and makes ready the dependents whose rule is met. Returns those whose rule can no longer be met. */
function settleAlone(run: Run, index: number, outcome: Outcome, seq: number): readonly number[] {
  const { books } = run
  books.settle(index, outcome)
  const { ready, doomed } = books.frontier.settle(index, countsAs(outcome))
  if (books.frontier.isPatient) return [...doomed, ...tearDown(run, index, ready, seq)]
  for (const dependent of ready) makeReady(run, dependent, seq)
  return doomed
}

/**
 * Makes teardowns ready in a run that is ended early, once all that they need is settled. Returns the
 * pointless ones.
 */
function tearDown(run: Run, index: number, ready: readonly number[], seq: number): readonly number[] {
  const { postponed, frontier, outcomes } = run.books
  const pointless: number[] = []
  for (const dependent of ready) {
    if (!isSpared(run, run.plan.tasks[dependent]!)) continue
    if (isPointless(run, dependent)) pointless.push(dependent)
    else makeReady(run, dependent, seq)
  }
  for (const dependent of run.plan.tasks[index]!.dependents) {
    if (outcomes[dependent] !== undefined || !frontier.areNeedsSettled(dependent)) continue
    const wasPostponed = postponed.delete(dependent)
    const live = run.live.get(dependent)
    if (!waitsInVain(run, dependent)) {
      if (wasPostponed) run.restore(dependent)
    } else if (live !== undefined) killOne(run, live, run.dagContext.reason)
    else if (wasPostponed) pointless.push(dependent)
  }
  return pointless
}

/** Settles a task whose rule cannot be met: it is skipped, or it failed where its rule function threw. */
function doom(run: Run, index: number, causeSeq: number): Settled {
  const { id: taskId, policy } = run.plan.tasks[index]!
  const isByEnding = run.books.frontier.isPatient && isPointless(run, index)
  const failure = isByEnding ? undefined : run.books.ruleFailures.get(index)
  if (failure === undefined) {
    const skipped = isByEnding ? skippedByEnding(run) : skipReasonOf(run, index)
    const seq = run.tell({ type: 'task.skipped', taskId, ...skipped, causeSeq })
    return { index, outcome: { status: 'skipped', ...skipped }, seq }
  }
  const ignored = policy.onFailure === 'ignore' && failure.severity !== 'critical'
  const failed = { failure, deadLettered: false, ignored, abandoned: false }
  const seq = tellFailed(run, index, failed, causeSeq)
  if (policy.onFailure === 'abort' || failure.severity === 'critical') abortBecauseOf(run, taskId, failure)
  return { index, outcome: { status: 'failed', ...failed }, seq }
}

type Failed = Omit<Extract<Outcome, { status: 'failed' }>, 'status'>

/** Fails a task that has no actor. */
export function failTask(run: Run, index: number, failed: Failed, causeSeq: number): void {
  const seq = tellFailed(run, index, failed, causeSeq)
  settle(run, index, { status: 'failed', ...failed }, seq)
}

function tellFailed(run: Run, index: number, failed: Failed, causeSeq: number): number {
  const attempt = run.books.attempts[index]!
  const of = { taskId: run.plan.tasks[index]!.id, attempt }
  const seq = run.tell({ type: 'task.failed', ...of, ...failed, causeSeq })
  if (failed.deadLettered) run.tell({ type: 'task.dead-lettered', ...of, failure: failed.failure })
  return seq
}

export function abortBecauseOf(run: Run, taskId: TaskId, failure: Failure): void {
  const message = `The failure of ${taskId} ended the run: ${failure.message}`
  run.abort('aborted', { code: 'RUN_ABORTED', message }, taskId)
}

/** Tells the dag actor when every task is settled, or when nothing can happen any more. */
function announceIfSettled(run: Run): void {
  const { books } = run
  if (books.hasAnnounced) return
  if (books.unsettled === 0) {
    books.hasAnnounced = true
    run.note({ type: 'run.settled', failed: books.failing })
    return
  }
  const { state } = run.dagContext
  const admits = state === 'running' || state === 'paused'
  if (!admits || run.live.size > 0 || books.asked.size > 0) return
  if (books.queue.size === 0) run.abort('deadlocked', deadlockOf(run))
}
