/// <reference lib="esnext.disposable" preserve="true" />
import { filter, firstValueFrom, type Observable } from 'rxjs'
import type { ActorRefFromLogic, AnyActorRef } from 'xstate'
import type { dagMachine } from '../../../machines/dag.ts'
import type { TaskId } from '../../../machines/outcome.ts'
import type { taskMachine } from '../../../machines/task.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { attemptIdOf } from '../../executors/attempt.ts'
import { type Fact, isRunEnd, type RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import type { Plan } from '../../graph/plan.ts'
import { badValue, didYouMean, readGiven, readInteger, readOneOf, show } from '../../graph/read-values.ts'
import { redrive } from '../steps/redrive.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'
import { olderFacts } from '../run/run-log.ts'
import type { Explanation } from '../../events/explanation.ts'
import { why } from './why.ts'

/** A run, as the caller of `dispatch` holds it. */
export interface RunHandle<Outputs = Readonly<Record<string, unknown>>> {
  /** Unique in its runtime: the id that `dispatch` was given, or a UUID v7. */
  readonly id: string
  /** The name of its dag. */
  readonly name: string
  /** The plan that it executes. */
  readonly plan: Plan<Outputs>
  /** The run's dag actor. A redrive makes another one. */
  readonly actor: ActorRefFromLogic<typeof dagMachine>
  /**
   * Every fact from the moment of subscription on. Subscribe before the first `await` after `dispatch` to get all of
   * them. Goes on over redrives; completes when the handle is disposed of or the runtime is shut down.
   */
  readonly events$: Observable<Fact>
  /**
   * Replays the facts from the `seq` `from` on, by default from the first, and then goes on live. Those that are held no
   * more (see `retainFacts`) come from the store, and then nothing comes at once. Where there is none, `stream.lagged`
   * comes first. With `until: 'settled'` it completes when the run has settled, so that `for await (… of buffered(run.events({ until: 'settled' })))` ends.
   */
  events(options?: { readonly from?: number; readonly until?: 'settled' }): Observable<Fact>
  /**
   * How the run ended. Never rejects. After a redrive it is a new promise. Of a run that a shutdown has left in its store
   * it stays open.
   */
  readonly result: Promise<RunResult<Outputs>>
  /** The state of the run and of every task, as of the last committed fact. A copy. */
  view(): RunView
  /**
   * Ends the run, or one task: live attempts are aborted, forced after their `killGrace`, and abandoned where they
   * cannot be forced. Resolves when the run or the task is settled. Does nothing where it is settled already.
   * Teardowns still run, and a further kill of the run ends them.
   */
  kill(taskId?: TaskId, options?: { readonly reason?: string }): Promise<void>
  /**
   * Lets live attempts finish, skips the rest but for teardowns, and ends the run as killed, with the reason `drained`.
   * Resolves when the run is settled.
   */
  drain(): Promise<void>
  /**
   * Starts no further attempt until `resume`; live attempts go on, and so do the limits of time. `run.paused` is told
   * before it returns, unless the run has not begun yet, the store is asynchronous, or an observer calls it. Does
   * nothing to a run that is draining, being killed or settled.
   */
  pause(): void
  /**
   * Ends a pause: tasks start again, including those that have become ready, or due for another attempt, meanwhile.
   * `run.resumed` is told as `run.paused` is. Does nothing to a run that is not paused.
   */
  resume(): void
  /**
   * Answers the oldest open question of a task: any value for a handler's `ask`; `retry`, `skip`, `ignore` or `abort`
   * for a failed task with `onFailure: 'ask'`; `yes` or `no` for one with `confirm`. Throws `ANSWER_STALE` when no
   * question is open, `ANSWER_INVALID` for another answer to a task itself, and `TASK_UNKNOWN`.
   */
  answer(taskId: TaskId, answer: unknown): void
  /**
   * Reopens the settled run: a failed, killed or skipped task (without `taskId`, all tasks that failed or were killed)
   * starts again, and so does whatever was skipped because of it. Attempt numbers go on, attempts used start from 0,
   * and so does the run's timeout. Returns the new `result`, or the old one where there is nothing to redrive. Throws
   * `RUN_NOT_SETTLED`, `TASK_COMPLETED`, `TASK_BLOCKED` where dependencies that stay settled forbid the start,
   * `TASK_UNKNOWN`, and `RUNTIME_CLOSED`.
   */
  redrive(taskId?: TaskId): Promise<RunResult<Outputs>>
  /** What the task waits for, and what would release it. Throws `TASK_UNKNOWN`. */
  why(taskId: TaskId): Explanation
  /**
   * The actor of a task, from when the run takes the task up until it is settled. Undefined before and after. Throws
   * `TASK_UNKNOWN`.
   */
  actorOf(taskId: TaskId): ActorRefFromLogic<typeof taskMachine> | undefined
  /**
   * The actor that does the work of a task made with `logic(…)`: send it events, or read its snapshot. Undefined unless
   * an attempt of such a task is live. Throws `TASK_UNKNOWN`.
   */
  actorOf(taskId: TaskId, which: 'work'): AnyActorRef | undefined
  /**
   * The run facts about the task that are still held, in order. Each has the `seq` of its cause in `causeSeq`, where
   * that was not the task's own previous fact. Throws `TASK_UNKNOWN`.
   */
  story(taskId: TaskId): readonly RunFact[]
  /**
   * All run facts about the task, also those that only the store has. Rejects where the store cannot be read. Throws
   * `TASK_UNKNOWN`.
   */
  story(taskId: TaskId, options: { readonly from: 'store' }): Promise<readonly RunFact[]>
  /** Kills the run if it is not settled, and completes `events$`. */
  [Symbol.asyncDispose](): Promise<void>
}

const replayReaders = {
  from: (value: unknown, path: string): number => readInteger(value, path, 0),
  until: (value: unknown, path: string) => readOneOf(value, path, ['settled']),
}

const killReaders = {
  reason: (value: unknown, path: string): string => {
    if (typeof value === 'string') return value
    throw badValue(path, value, 'a text')
  },
}

const decisions: ReadonlySet<unknown> = new Set(['retry', 'skip', 'ignore', 'abort'])

export function runHandle<Outputs>(run: Run, dispose: () => void): RunHandle<Outputs> {
  const indexOf = (taskId: TaskId): number => {
    const index = run.plan.indexOf(taskId)
    if (index !== undefined) return index
    const ids = run.plan.tasks.map(({ id }) => id)
    const guess = typeof taskId === 'string' ? didYouMean(taskId, ids) : ''
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The run ${run.id} of ${run.plan.name} has no task ${show(taskId)}.${guess}`,
      facts: { taskId },
    })
  }
  const settled = async (): Promise<void> => {
    if (!run.isLetGo) await run.result
  }
  const handle: RunHandle<Outputs> = Object.assign(new Latest<Outputs>(run), {
    id: run.id,
    name: run.plan.name,
    plan: run.plan as Plan<Outputs>,
    events$: run.log.events$,
    events: (options = {}) => {
      const { from = 1, until } = readGiven(options, replayReaders, "events's options object")
      return until === undefined ? run.log.from(from) : run.log.from(from, isRunEnd)
    },
    view: () => run.log.view(),
    kill: (taskId, options = {}) => {
      const { reason = 'killed' } = readGiven(options, killReaders, "kill's options object")
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
    actorOf: ((taskId: TaskId, which?: 'work') => {
      const live = run.live.get(indexOf(taskId))
      return which === undefined || live === undefined ? live?.ref : workOf(live)
    }) as RunHandle['actorOf'],
    why: (taskId) => why(run, indexOf(taskId)),
    story: ((taskId: TaskId, options?: object) => {
      indexOf(taskId)
      return options === undefined
        ? [...run.log.held()].filter((fact) => fact.taskId === taskId)
        : wholeStory(run, taskId)
    }) as RunHandle['story'],
    [Symbol.asyncDispose]: async () => {
      await handle.kill(undefined, { reason: 'disposed' })
      run.log.close()
      dispose()
    },
  } satisfies Omit<RunHandle<Outputs>, keyof Latest<Outputs>>)
  return handle
}

/** What a redrive replaces. Getters in an object literal would make every handle a dictionary, and 2 kB larger. */
class Latest<Outputs> {
  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  get actor(): RunHandle['actor'] {
    return this.#run.dag
  }

  get result(): Promise<RunResult<Outputs>> {
    return this.#run.result as Promise<RunResult<Outputs>>
  }
}

async function wholeStory(run: Run, taskId: TaskId): Promise<readonly RunFact[]> {
  const older = await olderFacts()
  return older.wholeStory(run.shared.store, { runId: run.id, log: run.log }, taskId)
}

function workOf({ context, lane }: LiveTask): AnyActorRef | undefined {
  return lane.load.executor.actorOf?.(attemptIdOf(context))
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
  const live = run.live.get(index)
  const taskId = run.plan.tasks[index]!.id
  if (run.books.asked.has(index)) {
    if (answer === 'yes' || answer === 'no') return run.send({ type: 'run.confirm', index, answer })
    throw answerInvalid(taskId, answer, 'asks whether it may start', "Answer 'yes' or 'no'.")
  }
  const isFailureAsked = live?.context.waitingFor === 'answer'
  // Questions of an attempt that has been told to end are no longer open.
  const isHandlerAsked = live?.context.state === 'running' && live.context.openQuestions.length > 0
  if (live === undefined || !(isFailureAsked || isHandlerAsked)) {
    throw new DagmarError('ANSWER_STALE', {
      message: `Nobody waits for an answer to ${taskId}: it asked nothing, or was answered already.`,
      facts: { taskId },
    })
  }
  if (isFailureAsked && !decisions.has(answer)) {
    const hint = "Answer 'retry', 'skip', 'ignore' or 'abort'."
    throw answerInvalid(taskId, answer, 'failed and asks what now', hint)
  }
  const at = run.shared.macrostep.at
  run.shared.macrostep.run(() => run.sendTask(live, { type: 'task.answer', at, answer }))
}

function answerInvalid(taskId: TaskId, answer: unknown, asks: string, hint: string): DagmarError {
  return new DagmarError('ANSWER_INVALID', {
    message: `${taskId} ${asks}: ${show(answer)} is no answer to that.`,
    hint,
    facts: { taskId, answer },
  })
}
