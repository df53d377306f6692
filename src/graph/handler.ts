import type { Duration } from '../time/duration.ts'
import type { WithInput } from './dispatch-options.ts'
import type { AnyDag, Plan } from './plan.ts'

/** What an attempt has used since it last said so. */
export interface ReportedUsage {
  readonly model?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly costUsd?: number
}

/** How long a question of a handler waits for its answer. */
export interface AskOptions {
  /** The longest that it waits. Past it `defaultAnswer` is the answer. > 0. @default Infinity */
  readonly answerWithin?: Duration
  /** The answer where nobody has given one in time, or nobody is there. @default none: the asking rejects */
  readonly defaultAnswer?: unknown
}

/** What a handler is given: its dependencies' outputs, the run's input, and ways to be heard. */
export interface HandlerContext<Inputs = Readonly<Record<string, unknown>>, Input = unknown> {
  /** The outputs of the completed dependencies, by task id. */
  readonly inputs: Inputs
  /** The run's input, as given to `dispatch`. */
  readonly input: Input
  readonly runId: string
  readonly taskId: string
  /** Counts from 1. */
  readonly attempt: number
  /** `runId/taskId/attempt`. Unique for ever: use it as the idempotency key for whatever the handler calls. */
  readonly attemptId: string
  /**
   * Aborted when the attempt is to end: kill, timeout, or a stall whose grace is over. Made on first use.
   * A handler that does not settle within `killGrace` after that is abandoned.
   */
  readonly signal: AbortSignal
  /** Says that work goes on: a stalled task is running again, and the stall timeout starts from here. */
  readonly heartbeat: () => void
  /** A heartbeat that says how far the work is; `percent` is 0 to 100. */
  readonly progress: (percent: number, message?: string) => void
  /** The id of the agent that has the attempt; undefined for a task that needs none. */
  readonly agent: string | undefined
  /** The `model` of the task. */
  readonly model: string | undefined
  /**
   * The claim of the task, where tasks are claimed: `claims.holds(claim)` says whether it still counts. Its fence is greater
   * than that of every earlier claim. Undefined for a task without one.
   */
  readonly claim: { readonly key: string; readonly fence: number } | undefined
  /**
   * The session of its agent that it goes on with: what an earlier attempt has kept. Undefined where there is none, or the
   * agent has to begin anew.
   */
  readonly session: string | undefined
  /**
   * A heartbeat that leaves a session (the id of a conversation, of a warm process) for the next attempt that its agent gets,
   * in place of any that it has. That counts once the attempt has completed. The id is a line of 1 to 200 characters that
   * does not begin with a `-`. Does nothing for a task without an agent. Throws `CONFIG_INVALID`.
   */
  readonly keepSession: (id: string) => void
  /**
   * A heartbeat that says what the attempt has used since it said so last, which is charged to its agent. Tokens are
   * integers ≥ 0. Throws `CONFIG_INVALID`.
   */
  readonly usage: (usage: ReportedUsage) => void
  /** A heartbeat with a line of text, shown as the task's output; never journalled. */
  readonly log: (text: string) => void
  /** A heartbeat with a message that people should see. Journalled; the task goes on. */
  readonly warn: (message: string) => void
  /**
   * Asks a person and resolves with what `run.answer(taskId, value)` gives. Meanwhile the task keeps its slot and does
   * not stall, but its `timeout` goes on. Rejects when the attempt is to end, and with `ANSWER_EXPIRED` where nobody has
   * answered within `answerWithin` and there is no `defaultAnswer`.
   */
  readonly ask: (question: string, options?: AskOptions) => Promise<unknown>
  /**
   * Runs another dag in the same runtime and resolves with its outputs, as `runtime.run` does. Meanwhile the task lends
   * its slot of the runtime, so that handlers that wait for runs of their own never wait for each other; it keeps its
   * pools. The run is killed when the attempt is to end.
   */
  readonly run: <Outputs, Given>(
    dag: AnyDag<Outputs, Given> | Plan<Outputs, Given>,
    ...options: WithInput<Given>
  ) => Promise<Outputs>
}

/** A task's work as a function. What it returns, or resolves with, is the task's output; what it throws fails the attempt. */
export type Handler<Inputs, Input, Output> = (
  context: HandlerContext<Inputs, Input>,
) => Output | PromiseLike<Output>
