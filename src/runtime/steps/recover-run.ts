import type { Failure, Outcome, TaskId } from '../../../machines/outcome.ts'
import { isDeadLetter } from '../../../machines/task-context.ts'
import type { RunFact } from '../../events/facts.ts'
import { fold, type RunView } from '../../events/fold.ts'
import { readJson } from '../../executors/process/read-json.ts'
import { noteWritten } from '../../executors/written-json.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { Journal } from '../../ports/store.ts'
import { changedFact, optionsIn } from '../run/created-fact.ts'
import type { RunBooks } from '../run/run-books.ts'
import { Run, type RunHost } from '../run/run.ts'
import { pastOf, restOfWait, type RunPast, type TaskPast } from '../run/run-past.ts'
import type { Shared } from '../shared.ts'
import { finish } from './close-run.ts'
import { armRunTimeout } from './run-timeout.ts'
import { interruptedTooOften, isAsked, isTakenOver, restoreTask } from './restore-task.ts'
import { abortBecauseOf, carryOutAnswer, continueFrontier, failTask } from './settle-tasks.ts'
import { tellStarted } from './start-run.ts'
import { isSpared } from './teardowns.ts'

/**
 * Goes on with a run whose coordinator has died, from the facts in its journal. Everything is as it was, except that
 * live attempts were interrupted and start again. The journal must be opened before the facts are read. A run that had
 * settled stays settled, and may be redriven. Await `searchLoaded` before. `isChanged` says that the plan is not the one
 * that the run had until now; `view` is the fold of the facts.
 */
export function recoverRun(
  host: RunHost & { readonly shared: Shared },
  plan: Plan,
  journal: Journal,
  facts: readonly RunFact[],
  {
    view = fold(facts),
    isChanged = false,
    input,
  }: {
    readonly view?: RunView
    readonly isChanged?: boolean
    /** In place of the one in the journal. */
    readonly input?: unknown
  } = {},
): Run {
  const past = pastOf(plan, facts, view, isChanged)
  const run = new Run(host.shared, host, plan, optionsIn(past.created, plan, input), journal, facts)
  run.hasOtherTasks = view.structure.some(({ id }) => plan.indexOf(id) === undefined)
  run.startedAt = past.startedAt ?? 0
  run.reopen(booksFrom(run, past), past.endingSeq)
  run.takeUpAgain = () => takeUpAgain(run, past, isChanged)
  host.spawn(run, 'run.recover', past.dag)
  if (run.isSettled) {
    run.isChanged = isChanged
    run.settledAt = view.settledAt
    finish(run)
    // Its actor has ended before it began.
    host.dagEnded(run)
  }
  return run
}

function booksFrom(run: Run, { tasks, dag }: RunPast): RunBooks {
  const indexes = [...tasks.keys()]
  const books = run.newBooks({
    outcomes: tasks.map((past) => (past.standing === 'settled' ? outcomeIn(past, run) : undefined)),
    attempts: Int32Array.from(tasks, ({ view }) => view.attempt),
    again: new Set(),
    isEnding: dag.ending !== undefined,
    begun: indexes.filter((index) => {
      const { standing } = tasks[index]!
      return standing !== 'settled' && standing !== 'pending'
    }),
  })
  for (const index of indexes) {
    const { view, standing } = tasks[index]!
    books.lastSeq[index] = view.seq
    if (waitsForGrant.has(standing)) books.confirmed.add(index)
  }
  return books
}

/** The outcome that the journal has, with the output as dependents got it. */
function outcomeIn({ view, written }: TaskPast, { shared }: Run): Outcome | undefined {
  const { outcome } = view
  if (outcome?.status !== 'completed') return outcome
  const json = written === undefined ? undefined : readJson(written)
  if (json === undefined || json === 'too deep') {
    return shared.kept === undefined ? outcome : { ...outcome, output: shared.kept.restored(outcome.output) }
  }
  noteWritten(json.value, written!, json.changed)
  return { ...outcome, output: json.value }
}

/**
 * What the restored dag actor does first. It tells that the run goes on and which attempts were interrupted, gives each
 * task that had been taken up an actor again, and completes the step in which the journal ends.
 */
function takeUpAgain(run: Run, past: RunPast, isChanged: boolean): void {
  const { plan, books } = run
  run.takeUpAgain = undefined
  const causeSeq = run.tell(isChanged ? changedFact(plan) : { type: 'run.recovered' })
  if (past.startedAt === undefined) tellStarted(run)
  else if (past.dag.state !== 'killing') {
    const until = restOfWait(past.until, past.untilToldAt, run.now)
    armRunTimeout(run, Math.max(run.now, until))
  }
  tellRestOfStep(run, past)
  const standing = plan.tasks.map((task) => ({ task, of: past.tasks[task.index]! }))
  // In the other states the dag machine skips tasks that are not live, except for teardowns.
  const goesOn = past.dag.state === 'running' || past.dag.state === 'paused'
  for (const { task, of } of standing) restoreTask(run, task, of, causeSeq)
  const admitted = goesOn ? standing : standing.filter(({ task }) => isSpared(run, task))
  enqueue(run, admitted)
  for (const { task, of } of standing) {
    if (of.standing === 'decided') carryOutDecision(run, task, of, causeSeq)
    const isConfirmed = of.standing === 'confirmed'
    if (goesOn && (isConfirmed || of.standing === 'declined'))
      carryOutAnswer(run, task.index, isConfirmed ? 'yes' : 'no', causeSeq)
    const spent = interruptedTooOften(run, task, of)
    if (spent !== undefined && !isAsked(task, spent)) failInterrupted(run, task, spent, causeSeq)
  }
  if (past.aborting !== undefined) abortBecauseOf(run, past.aborting.taskId, past.aborting.failure)
  if (!goesOn) return
  continueFrontier(run, (index) => {
    const settled = plan.tasks[index]!.needs.filter((need) => books.outcomes[need] !== undefined)
    return settled.length === 0 ? causeSeq : Math.max(...settled.map((need) => books.lastSeq[need]!))
  })
}

/** Queues the tasks that wait for a grant, in the order in which they became ready. */
function enqueue(run: Run, tasks: readonly { readonly task: PlannedTask; readonly of: TaskPast }[]): void {
  const queued = tasks.filter(({ task, of }) => {
    if (!waitsForGrant.has(of.standing) || isTakenOver(run, task, of)) return false
    return interruptedTooOften(run, task, of) === undefined
  })
  for (const { task } of queued.sort((a, b) => a.of.readySeq - b.of.readySeq)) run.enqueue(task.index)
}

const waitsForGrant: ReadonlySet<TaskPast['standing']> = new Set(['ready', 'waiting', 'live'])

/** Tells the facts of the last step that the journal lacks, because a damaged journal may end within a step. */
function tellRestOfStep(run: Run, { reopening, deadLetter, tasks }: RunPast): void {
  for (const taskId of reopening?.tasks ?? []) tellTaskRedriven(run, taskId, tasks, reopening!.seq)
  if (deadLetter === undefined) return
  const { taskId, attempt, failure } = deadLetter
  run.tell({ type: 'task.dead-lettered', taskId, attempt, failure })
}

function tellTaskRedriven(run: Run, taskId: TaskId, tasks: readonly TaskPast[], causeSeq: number): void {
  const index = run.plan.indexOf(taskId)
  if (index === undefined) return
  const from = tasks[index]!.view.outcome!.status
  if (from === 'completed') return
  run.books.lastSeq[index] = run.tell({ type: 'task.redriven', taskId, from, causeSeq })
}

/** Its attempts were interrupted too often. */
function failInterrupted(
  run: Run,
  { id, index, policy }: PlannedTask,
  failure: Failure,
  causeSeq: number,
): void {
  const failed = { failure, deadLettered: false, ignored: policy.onFailure === 'ignore', abandoned: false }
  failTask(run, index, failed, causeSeq)
  if (policy.onFailure === 'abort' || failure.severity === 'critical') abortBecauseOf(run, id, failure)
}

function carryOutDecision(run: Run, task: PlannedTask, { view, answer }: TaskPast, causeSeq: number): void {
  const { policy } = task
  const { attemptsUsed, agents } = view
  const deadLettered = isDeadLetter({ attemptsUsed, policy, dispatchAttempts: agents?.dispatchAttempts ?? 0 })
  const failed = { failure: view.failure!, deadLettered, ignored: answer === 'ignore', abandoned: false }
  failTask(run, task.index, failed, causeSeq)
  if (answer === 'abort') abortBecauseOf(run, task.id, view.failure!)
}
