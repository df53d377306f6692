import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ConfirmAnswer, FailureAnswer, OnFailure, Severity, TaskId } from '../../machines/outcome.ts'
import type { Duration } from '../time/duration.ts'
import type { Order } from './plan.ts'
import type { Rule, RuleFunction } from './rules.ts'

/** The priorities that have names. Any integer may be used as well; higher starts first. */
export const priorities = { critical: 100, high: 50, medium: 0, low: -50 } as const

export type Priority = keyof typeof priorities | number

export const confirmAnswers = ['yes', 'no'] as const satisfies readonly ConfirmAnswer[]
/** What may be done about a failure where nobody says it. To try again might go on for ever. */
export const defaultDecisions = ['skip', 'ignore', 'abort'] as const satisfies readonly FailureAnswer[]

/** What may answer the questions of a task where nobody does in time. */
export type DefaultAnswer = (typeof confirmAnswers)[number] | (typeof defaultDecisions)[number]

export const onFailures = ['skip', 'abort', 'ignore', 'ask'] as const satisfies readonly OnFailure[]
export const severities = ['error', 'critical'] as const satisfies readonly Severity[]

/**
 * How long to wait between attempts: `min(base × factor^(attempt − 1), cap)`, then ± `jitter` of it. Where only one of
 * `base` and `cap` is given and contradicts the default of the other, that default is adjusted.
 */
export interface BackoffOptions {
  /** The wait before the second attempt. Finite; with 0 it follows at once. @default '5s' */
  readonly base?: Duration
  /** What each further wait is multiplied by. 1 keeps them equal. Finite, ≥ 1. @default 2 */
  readonly factor?: number
  /** The longest wait. Finite, no less than `base`. @default '5m' */
  readonly cap?: Duration
  /**
   * The share of a wait, 0 to 1, that chance may add or take off, so that tasks that failed together do not all return
   * at the same moment. Derived from run, task and attempt, so that a replay has the same waits. @default 0
   */
  readonly jitter?: number
}

export interface RetryOptions {
  /**
   * How many attempts there may be in all, the first included. A failed attempt is followed by the next one after its
   * backoff, during which the task holds no slot. A `TerminalError` forbids further attempts. Integer ≥ 1, or Infinity.
   * @default 1
   */
  readonly maxAttempts?: number
  /** The waits between attempts. A `RetryAfterError` replaces the wait that follows it. */
  readonly backoff?: BackoffOptions
}

export interface StallOptions {
  /** Longest silence of a running attempt before its task is shown as stalled. > 0. @default off; processes '60s' */
  readonly after?: Duration
  /**
   * How long a stalled task may stay silent. A heartbeat brings it back to running; past the grace the attempt is
   * ended and fails with `ATTEMPT_STALLED`, which may be retried. @default Infinity: shown, never ended
   */
  readonly grace?: Duration
}

/**
 * The options of a task. Each field, down to `retry.backoff.base`, is taken from the first of these that has it: the
 * task, the dag's `defaults`, the defaults of its kind of work, and the defaults named here. `uses` is taken as a
 * whole.
 */
export interface TaskOptions<
  Need extends TaskId = TaskId,
  When extends Rule = Rule,
  Failing extends OnFailure = OnFailure,
  Teardown extends boolean = boolean,
  Confirm extends string = string,
> {
  /**
   * The tasks to wait for, by id. Their outputs are the handler's `inputs`, and `when` says how they must have settled
   * for this task to start. @default []
   */
  readonly needs?: readonly Need[]
  /**
   * The rule over the settled dependencies. When it is met, the task becomes ready; when it can no longer be met, the
   * task is skipped. An `any-…` rule without dependencies is an error. @default 'all-completed'; of a
   * teardown 'all-settled'
   */
  readonly when?: When | RuleFunction
  /**
   * True for a task that tidies up behind those that it needs: it runs also when the run is killed, drained, aborted or
   * timed out, once all that it needs has ended. It is skipped then if none of its dependencies ever started, and a
   * further kill ends it. Its own defaults are `when: 'all-settled'` and `timeout: '1m'`. Without dependencies it is an
   * error. @default false
   */
  readonly teardown?: Teardown
  /**
   * What happens once the attempts are used up. `skip`: dependents whose rule can no longer be met are skipped, and
   * the run fails in the end. `abort`: the rest of the run is killed. `ignore`: counts as completed, without an
   * output. `ask`: the task waits, without a slot, for `run.answer(taskId, 'retry' | 'skip' | 'ignore' | 'abort')`.
   * A killed task is not asked. @default 'skip'
   */
  readonly onFailure?: Failing
  /**
   * A question that a person answers before the first attempt starts: `run.answer(taskId, 'yes' | 'no')`. Meanwhile the
   * task holds no slot. With `no` it is skipped. A teardown is skipped unasked where the run is ended early.
   * @default not asked
   */
  readonly confirm?: Confirm
  /**
   * How long `confirm`, and the question about a failure of `onFailure: 'ask'`, wait for an answer. Past it
   * `defaultAnswer` is the answer. > 0. @default Infinity
   */
  readonly answerWithin?: Duration
  /**
   * The answer where nobody has given one in time: `yes` or `no` to `confirm`; `skip`, `ignore` or `abort` to the
   * question about a failure. A task with both questions may answer one of them. @default 'no', and 'skip'
   */
  readonly defaultAnswer?: DefaultAnswer
  /** How grave the failures of this task are. `critical` kills the rest of the run, whatever `onFailure` says. @default 'error' */
  readonly severity?: Severity
  /** How many attempts the task has, and how long it waits between them. @default one attempt */
  readonly retry?: RetryOptions
  /**
   * The longest that one attempt may run, counted from `task.started`: time in the queue is free. Past it the attempt
   * is ended and fails with `ATTEMPT_TIMEOUT`, which may be retried. > 0. @default Infinity; of a teardown '1m'
   */
  readonly timeout?: Duration
  /**
   * The longest that the executor may take to start an attempt, counted from `task.starting`. Past it the attempt is
   * ended and fails with `START_TIMEOUT`, which may be retried. > 0. @default '30s'
   */
  readonly startTimeout?: Duration
  /** When a silent attempt counts as stalled, and when it is ended for that. `false` never. @default false; processes { after: '60s' } */
  readonly stall?: StallOptions | false
  /**
   * How long an attempt may take to end after it was told to. Past it a process is ended by force; a handler in this
   * process, which cannot be forced, is abandoned. 0 forces at once. @default '5s'
   */
  readonly killGrace?: Duration
  /**
   * How often an attempt may be cut off by the death of the process that coordinates the run: in a store, the task starts
   * again when the run is recovered. Cut off once more, it fails with `ATTEMPT_INTERRUPTED`. With 0 it never starts again
   * because of a crash. Such attempts count against nothing else. Integer ≥ 0, or Infinity. @default 3
   */
  readonly maxInterruptions?: number
  /** Among ready tasks, higher starts first: a name, or any integer. `medium` is 0. @default 'medium' */
  readonly priority?: Priority
  /**
   * How long the task probably runs. Where any task has one, ready tasks of equal priority start in the order of
   * their longest remaining path; tasks without one count as the median. Finite, ≥ 0. @default none
   */
  readonly estimate?: Duration
  /**
   * How much an attempt holds of which pools, as in `{ gpu: 1 }`. A task starts when all of it is free, and takes it
   * all at once. Integers ≥ 1; more than the dag's own pool has is an error. @default {}
   */
  readonly uses?: Readonly<Record<string, number>>
  /**
   * The name of the executor that carries out the attempts, in place of the one that the work names. @default the
   * work's; 'inline' for a handler
   */
  readonly executor?: string
  /**
   * The capabilities of the agent that does the task: it goes to one that has all of them. A task that says neither these
   * nor an agent needs none. @default []
   */
  readonly requires?: readonly string[]
  /** The id of the agent that does the task. @default any that has what the task requires */
  readonly agent?: string
  /**
   * The agents that the task moves on to, by id, in this order: when those before cannot be granted now, and after each
   * failed attempt. After the last the first comes again. @default []
   */
  readonly fallback?: readonly string[]
  /** The model that its agent uses: what allowances say of models counts for it. @default none */
  readonly model?: string
}

/** The options of a dag. */
export interface DagOptions<Input = unknown> {
  /**
   * How many tasks of a run may hold a slot at once. With 0 nothing starts. Integer ≥ 0, or Infinity.
   * @default the runtime's
   */
  readonly concurrency?: number
  /** Resources that the tasks of a run share, as `{ gpu: 2 }`: see `TaskOptions.uses`. Integers ≥ 1. @default {} */
  readonly pools?: Readonly<Record<string, number>>
  /**
   * The longest that a whole run may take. Past it the run is killed and fails with `RUN_TIMEOUT`. > 0. @default
   * Infinity
   */
  readonly timeout?: Duration
  /**
   * How ready tasks of equal priority are ordered: `fifo`, `critical-path`, or `optimised`, a list that is searched for
   * when a run starts, for about a tenth of a second. @default 'critical-path' when any task has an estimate, else
   * 'fifo'
   */
  readonly order?: Order
  /** How the order `optimised` is searched for. Without effect on other orders. */
  readonly optimise?: OptimiseOptions
  /**
   * Options for every task that does not set them itself. An `any-…` rule among them applies only to tasks with
   * dependencies.
   */
  readonly defaults?: TaskDefaults
  /**
   * The version of the handlers, as any text of 1 to 200 characters. The plan's fingerprint, by which an interrupted
   * run recognises its plan, covers this text instead of the handlers themselves: change it when an interrupted run
   * must not go on with the new handlers. @default none
   */
  readonly version?: string
  /** A Standard Schema that checks a run's input at dispatch. Handlers get what it returns. @default not checked */
  readonly input?: StandardSchemaV1<unknown, Input>
}

export type TaskDefaults = Omit<TaskOptions, 'needs'>

/**
 * How the order `optimised` is searched for. The same options and limits give the same list, unless the time cap cuts
 * the search short.
 */
export interface OptimiseOptions {
  /**
   * How many schedules are tried at most in a dag of 100 tasks. In a larger dag there are fewer, in a smaller one more,
   * so that the search takes about the same time. It ends earlier when the best schedule is proven to be the shortest.
   * 0 keeps the order by critical path. Integer ≥ 0. @default 8000, about 100 ms
   */
  readonly effort?: number
  /** What chance depends on. Integer ≥ 0. @default 1 */
  readonly seed?: number
  /** The longest that the search may take. Past it the best list so far is used. > 0. @default Infinity */
  readonly timeCap?: Duration
}

export const defaultOptimise = { effort: 8_000, seed: 1, timeCap: Number.POSITIVE_INFINITY } as const

/** The options about agents. A task that sets none of them is made without a thought of agents. */
export type AgentOption = 'requires' | 'agent' | 'fallback' | 'model'

/** The defaults that do not depend on the kind of work. */
export const defaultOptions = {
  when: 'all-completed',
  teardown: false,
  onFailure: 'skip',
  severity: 'error',
  retry: { maxAttempts: 1, backoff: { base: '5s', factor: 2, cap: '5m', jitter: 0 } },
  timeout: Number.POSITIVE_INFINITY,
  startTimeout: '30s',
  stall: false,
  killGrace: '5s',
  maxInterruptions: 3,
  priority: 'medium',
  uses: {},
  answerWithin: Number.POSITIVE_INFINITY,
} as const satisfies Required<
  Omit<TaskDefaults, 'estimate' | 'executor' | 'confirm' | 'defaultAnswer' | AgentOption>
>

/** The defaults of a teardown that differ from those of other tasks. */
export const defaultTeardown = { when: 'all-settled', timeout: 60_000 } as const satisfies TaskDefaults
