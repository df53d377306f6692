/// <reference lib="esnext.disposable" preserve="true" />
import { firstValueFrom, type Observable } from 'rxjs'
import { filter } from 'rxjs/operators'
import type { ActorRefFromLogic } from 'xstate'
import type { dagMachine } from '../../../machines/dag.ts'
import type { TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { type Fact, isRunEnd, type RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import type { Plan } from '../../graph/plan.ts'
import { didYouMean, show } from '../../graph/read-values.ts'
import { redrive } from '../steps/redrive.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Run } from '../run/run.ts'
import { type Explanation, why } from './why.ts'

/** What a caller holds of a run. */
export interface RunHandle<Outputs = Readonly<Record<string, unknown>>> {
  readonly id: string
  /** The name of its dag. */
  readonly name: string
  /** What it executes. */
  readonly plan: Plan<Outputs>
  /** The dag actor; after a redrive, the latest. */
  readonly actor: ActorRefFromLogic<typeof dagMachine>
  /**
   * Every fact from the moment of subscription on: all of them for a subscriber of the turn that called `dispatch`.
   * Goes on over redrives; completes when the handle is disposed of or the runtime is shut down.
   */
  readonly events$: Observable<Fact>
  /**
   * The facts that are held from `from` (a `seq`, default 1) on, then the live ones; see `retainFacts`. With
   * `until: 'settled'` it completes with the next end of the run: so `for await (… of buffered(run.events({ until:
   * 'settled' })))` comes to an end.
   */
  events(options?: { readonly from?: number; readonly until?: 'settled' }): Observable<Fact>
  /** Never rejects. After a redrive, the result that is still to come. */
  readonly result: Promise<RunResult<Outputs>>
  /** The state of the run and of every task, as of the last committed fact. A copy. */
  view(): RunView
  /**
   * Ends the run, or one task: what is live is aborted, forced after its `killGrace`, and abandoned where it cannot be
   * forced. Resolves when that is confirmed. Does nothing to what is settled.
   */
  kill(taskId?: TaskId, options?: { readonly reason?: string }): Promise<void>
  /** Lets live attempts finish, skips the rest, and ends the run as killed. Resolves when it is settled. */
  drain(): Promise<void>
  /** Takes up no more tasks until resumed. What is live goes on. */
  pause(): void
  resume(): void
  /**
   * Answers the oldest open question of a task: any value for a handler's `ask`, and `retry`, `skip`, `ignore` or
   * `abort` for a failed task with `onFailure: 'ask'`. Throws `ANSWER_STALE` when nobody asks, or somebody was first,
   * and `ANSWER_INVALID`.
   */
  answer(taskId: TaskId, answer: unknown): void
  /**
   * Reopens the settled run: starts a failed, killed or skipped task again (without `taskId` all that failed or were
   * killed) and un-skips what was skipped because of it. Returns the new `result`; the old one where nothing failed.
   * Throws `RUN_NOT_SETTLED`, `TASK_COMPLETED`, `TASK_BLOCKED`, and `RUNTIME_CLOSED`.
   */
  redrive(taskId?: TaskId): Promise<RunResult<Outputs>>
  /** What the task waits for, and what would release it. */
  why(taskId: TaskId): Explanation
  /** The task's run facts in order, each with the `seq` of its cause where that was not its own last one. */
  story(taskId: TaskId): readonly RunFact[]
  /** Kills the run if it is not settled, and completes `events$`. */
  [Symbol.asyncDispose](): Promise<void>
}

const decisions: ReadonlySet<unknown> = new Set(['retry', 'skip', 'ignore', 'abort'])

export function runHandle<Outputs>(run: Run, dispose: () => void): RunHandle<Outputs> {
  const indexOf = (taskId: TaskId): number => {
    const index = run.plan.indexOf(taskId)
    if (index !== undefined) return index
    const ids = run.plan.tasks.map(({ id }) => id)
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The run ${run.id} of ${run.plan.name} has no task '${taskId}'.${didYouMean(taskId, ids)}`,
      facts: { taskId },
    })
  }
  const settled = (): Promise<void> => run.result.then(() => undefined)
  const handle: RunHandle<Outputs> = {
    id: run.id,
    name: run.plan.name,
    plan: run.plan as Plan<Outputs>,
    get actor() {
      return run.dag
    },
    events$: run.log.events$,
    events: ({ from = 1, until } = {}) =>
      until === undefined ? run.log.from(from) : run.log.from(from, isRunEnd),
    get result() {
      return run.result as Promise<RunResult<Outputs>>
    },
    view: () => run.log.view(),
    kill: (taskId, { reason = 'killed' } = {}) => {
      if (taskId !== undefined) return killTask(run, indexOf(taskId), reason)
      if (!run.isSettled) run.send({ type: 'run.kill', reason })
      return settled()
    },
    drain: () => {
      if (!run.isSettled) run.send({ type: 'run.drain', reason: 'drained' })
      return settled()
    },
    pause: () => {
      if (!run.isSettled) run.send({ type: 'run.pause' })
    },
    resume: () => {
      if (!run.isSettled) run.send({ type: 'run.resume' })
    },
    answer: (taskId, answer) => answerTask(run, indexOf(taskId), answer),
    redrive: (taskId) => {
      redrive(run, taskId === undefined ? undefined : indexOf(taskId))
      return handle.result
    },
    why: (taskId) => why(run, indexOf(taskId)),
    story: (taskId) => {
      indexOf(taskId)
      return [...run.log.held()].filter((fact) => fact.taskId === taskId)
    },
    [Symbol.asyncDispose]: async () => {
      await handle.kill(undefined, { reason: 'disposed' })
      run.log.close()
      dispose()
    },
  }
  return handle
}

async function killTask(run: Run, index: number, reason: string): Promise<void> {
  if (run.books.outcomes[index] !== undefined || run.isSettled) return
  const { id } = run.plan.tasks[index]!
  const ended = firstValueFrom(
    run.log.events$.pipe(filter((fact) => fact.taskId === id && settles.has(fact.type))),
    { defaultValue: undefined },
  )
  run.send({ type: 'run.killTask', index, reason })
  await ended
}

const settles: ReadonlySet<string> = new Set(['task.completed', 'task.failed', 'task.killed', 'task.skipped'])

function answerTask(run: Run, index: number, answer: unknown): void {
  const live = run.books.live.get(index)
  const taskId = run.plan.tasks[index]!.id
  const isFailureAsked = live?.context.waitingFor === 'answer'
  // What an attempt asked before it was told to end is not asked any more.
  const isHandlerAsked = live?.context.state === 'running' && live.context.openQuestions > 0
  if (live === undefined || !(isFailureAsked || isHandlerAsked)) {
    throw new DagmarError('ANSWER_STALE', {
      message: `Nobody waits for an answer to ${taskId}: it asked nothing, or was answered already.`,
      facts: { taskId },
    })
  }
  if (isFailureAsked && !decisions.has(answer)) {
    throw new DagmarError('ANSWER_INVALID', {
      message: `${taskId} failed and asks what now: ${show(answer)} is no answer to that.`,
      hint: "Answer 'retry', 'skip', 'ignore' or 'abort'.",
      facts: { taskId, answer },
    })
  }
  const at = run.shared.macrostep.at
  run.shared.macrostep.run(() => run.sendTask(live, { type: 'task.answer', at, answer }))
}
