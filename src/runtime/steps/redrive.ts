import { untilIn } from '../../events/facts.ts'
import type { TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { finish } from './close-run.ts'
import { runtimeClosed } from '../runtime-closed.ts'
import type { Run } from '../run/run.ts'
import { armRunTimeout, timeoutInstant } from './run-timeout.ts'
import { changedFact } from '../run/created-fact.ts'
import { openFrontier } from './settle-tasks.ts'

/**
 * Reopens a settled run. The task (or every task that failed or was killed, and those that the end of the run skipped)
 * is open again, and so are the tasks that were skipped because of it and whose rule can still be met. Tasks that ran
 * stay settled. Does nothing where no task is to be reopened. Throws `RUN_NOT_SETTLED` while the run goes on,
 * `TASK_COMPLETED`, and `TASK_BLOCKED` for a task whose rule the tasks that stay settled make impossible.
 */
export function redrive(run: Run, index: number | undefined): void {
  refuseUnsettled(run)
  if (!run.host.isOpen) throw runtimeClosed()
  const targets = index === undefined ? failedTasks(run) : [index]
  const before = run.books.outcomes
  if (index !== undefined && before[index]?.status === 'completed') throw taskCompleted(run, index)
  const again = withSkippedDependents(run, targets, index === undefined)
  if (again.size === 0) return
  run.refuseRedrive?.(again)
  const books = run.newBooks({ outcomes: before, attempts: run.books.attempts, again })
  if (index !== undefined && books.outcomes[index] !== undefined) throw taskBlocked(run, index)
  finish(run)
  run.reopen(books)
  run.reopened = [...again]
    .sort((a, b) => a - b)
    .filter((task) => run.books.outcomes[task] === undefined)
    .map((task) => ({ index: task, from: before[task]!.status }))
  run.host.spawn(run, 'run.reopen')
}

/** A run may be redriven when its end is in the store and has been told. */
function refuseUnsettled(run: Run): void {
  const { id, dagContext, isClosed, isSettled, log, outbox, cutOff } = run
  // An observer of the last fact may redrive the run before the result is given out.
  const isTold = isSettled && log.lastSeq === outbox.seq
  if (cutOff === undefined && (isClosed || isTold)) return
  const state = isSettled ? 'not settled in its store' : dagContext.state
  throw new DagmarError('RUN_NOT_SETTLED', {
    message: `The run ${id} is ${state}: only a settled run can be redriven.`,
    hint:
      cutOff === undefined
        ? 'Await `run.result` first, or kill the run.'
        : 'Its store failed, so that nothing of a redrive could be written down: dispatch the dag anew.',
    facts: { runId: id, state },
  })
}

function taskBlocked(run: Run, index: number): DagmarError {
  const { id: taskId, needs } = run.plan.tasks[index]!
  const settled = needs.map((need) => `${run.plan.tasks[need]!.id} (${run.books.outcomes[need]!.status})`)
  return new DagmarError('TASK_BLOCKED', {
    message: `${taskId} cannot start as its dependencies have settled: ${settled.join(', ')}.`,
    hint: 'Redrive the one that stands in its way, or the whole run: what was skipped because of it comes along.',
    facts: { runId: run.id, taskId },
  })
}

function taskCompleted(run: Run, index: number): DagmarError {
  const taskId = run.plan.tasks[index]!.id
  return new DagmarError('TASK_COMPLETED', {
    message: `${taskId} is completed: only a failed, killed or skipped task can be redriven.`,
    hint: 'Dispatch the dag anew to run it again.',
    facts: { runId: run.id, taskId },
  })
}

/**
 * Tells the facts of a redrive, when the new dag actor starts: first that of the run, then one for each reopened task.
 */
export function tellReopened(run: Run): void {
  const reopened = run.reopened
  const idOf = (index: number): TaskId => run.plan.tasks[index]!.id
  const tasks = reopened.map(({ index }) => idOf(index))
  const until = timeoutInstant(run)
  const causeSeq = run.tell({ type: 'run.redriven', tasks, ...untilIn(until) })
  if (run.isChanged) {
    run.isChanged = false
    run.tell(changedFact(run.plan))
  }
  for (const { index, from } of reopened) {
    if (from === 'completed') continue
    run.tell({ type: 'task.redriven', taskId: idOf(index), from, causeSeq })
  }
  run.reopened = []
  armRunTimeout(run, until)
  openFrontier(run, causeSeq)
}

function failedTasks(run: Run): number[] {
  const failed: number[] = []
  for (const [index, outcome] of run.books.outcomes.entries()) {
    if (outcome?.status === 'killed' || (outcome?.status === 'failed' && !outcome.ignored)) failed.push(index)
  }
  return failed
}

/**
 * The targets, and with them the skipped tasks that depend on them through skipped tasks only, or that were skipped
 * because of them or of the run's end.
 */
function withSkippedDependents(run: Run, targets: readonly number[], all: boolean): Set<number> {
  const { outcomes } = run.books
  const again = new Set(targets)
  const causes = new Set(targets.map((index) => run.plan.tasks[index]!.id))
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome?.status !== 'skipped') continue
    const byRunsEnd = outcome.because.startsWith('run-')
    const byTarget = outcome.causedBy !== undefined && causes.has(outcome.causedBy)
    if (byTarget || (all && byRunsEnd)) again.add(index)
  }
  for (const index of again) {
    for (const dependent of run.plan.tasks[index]!.dependents) {
      if (outcomes[dependent]?.status === 'skipped') again.add(dependent)
    }
  }
  return again
}
