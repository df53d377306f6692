import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { OnFailure, Severity, TaskId } from '../../machines/outcome.ts'
import type { Duration } from '../time/duration.ts'
import type { Order } from './plan.ts'
import type { Rule, RuleFunction } from './rules.ts'

/** The priorities that have a name. Any integer will do as well; higher starts first. */
export const priorities = { critical: 100, high: 50, medium: 0, low: -50 } as const

export type Priority = keyof typeof priorities | number

/**
 * How long to wait between attempts: `min(base × factor^(attempt − 1), cap)`, then ± `jitter` of it.
 * Where only one of `base` and `cap` is given, the default of the other gives way to it.
 */
export interface BackoffOptions {
  /** The wait before the second attempt. Finite; 0 tries again at once. @default '5s' */
  readonly base?: Duration
  /** What each further wait is multiplied by. 1 keeps them equal. Finite, ≥ 1. @default 2 */
  readonly factor?: number
  /** The longest wait. Finite, no less than `base`. @default '5m' */
  readonly cap?: Duration
  /**
   * The share of a wait that chance may add or take, 0 to 1, so that tasks that failed together do not come back
   * together. Drawn from run, task and attempt, so that a replay agrees. @default 0
   */
  readonly jitter?: number
}

export interface RetryOptions {
  /**
   * Most attempts in all, the first included. Past 1, a failed attempt is followed by the next after its backoff,
   * without a slot meanwhile; a `TerminalError` forbids it. Integer ≥ 1, or Infinity. @default 1
   */
  readonly maxAttempts?: number
  /** The waits between attempts. A `RetryAfterError` takes the place of one. */
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
 * What a task may say about itself. Each field, down to `retry.backoff.base`, is taken from the first that has it:
 * the task, the dag's `defaults`, the defaults of its kind of work, and the defaults named here. `uses` is one field.
 */
export interface TaskOptions<
  Need extends TaskId = TaskId,
  When extends Rule = Rule,
  Failing extends OnFailure = OnFailure,
> {
  /**
   * The tasks to wait for, by id. Their outputs are the handler's `inputs`; how they must have settled for this
   * task to start is said by `when`. @default []
   */
  readonly needs?: readonly Need[]
  /**
   * The rule over the settled dependencies. When it is met the task becomes ready; as soon as it can no longer be
   * met, the task is skipped. An `any-…` rule without dependencies is an error. @default 'all-completed'
   */
  readonly when?: When | RuleFunction
  /**
   * What happens once the attempts are used up. `skip`: dependents whose rule can no longer be met are skipped, and
   * the run fails in the end. `abort`: the rest of the run is killed. `ignore`: counts as completed, without an
   * output. `ask`: the task waits, without a slot, for `run.answer(taskId, 'retry' | 'skip' | 'ignore' | 'abort')`.
   * A killed task is not asked. @default 'skip'
   */
  readonly onFailure?: Failing
  /** How grave the failures of this task are. `critical` kills the rest of the run, whatever `onFailure` says. @default 'error' */
  readonly severity?: Severity
  /** How often, and after which waits, a failed attempt is followed by another. @default one attempt */
  readonly retry?: RetryOptions
  /**
   * Longest one attempt may run. Counts from `task.started`: time in the queue is free. Past it the attempt is ended
   * and fails with `ATTEMPT_TIMEOUT`, which may be retried. > 0. @default Infinity
   */
  readonly timeout?: Duration
  /**
   * Longest an executor may take from being asked to start until the attempt has started. Past it the attempt is
   * ended and fails with `START_TIMEOUT`, which may be retried. > 0. @default '30s'
   */
  readonly startTimeout?: Duration
  /** When a silent attempt counts as stalled, and when it is ended for that. `false` never. @default false; processes { after: '60s' } */
  readonly stall?: StallOptions | false
  /**
   * How long an attempt may take to end after its signal was aborted. Past it a process is ended by force; a handler
   * in this process, which cannot be forced, is abandoned. 0 forces at once. @default '5s'
   */
  readonly killGrace?: Duration
  /** Among ready tasks, higher starts first: a name, or any integer. `medium` is 0. @default 'medium' */
  readonly priority?: Priority
  /**
   * How long the task probably runs. Where any task has one, ready tasks of equal priority start in the order of
   * their longest remaining path; tasks without one count as the median. Finite, ≥ 0. @default none
   */
  readonly estimate?: Duration
  /**
   * How much of which pools one attempt holds, as `{ gpu: 1 }`. A task starts when all of it is free, and takes all
   * at once. Integers ≥ 1; more than the dag's own pool has is an error. @default {}
   */
  readonly uses?: Readonly<Record<string, number>>
  /** The name of the executor that carries out the attempts, in place of the work's own. @default the work's; 'inline' for a handler */
  readonly executor?: string
}

/** What a dag may say about its runs. */
export interface DagOptions<Input = unknown> {
  /**
   * Most tasks of a run that hold a slot at once. 0 holds everything back. Integer ≥ 0, or Infinity.
   * @default the runtime's
   */
  readonly concurrency?: number
  /** Resources that the tasks of a run share, as `{ gpu: 2 }`: see `TaskOptions.uses`. Integers ≥ 1. @default {} */
  readonly pools?: Readonly<Record<string, number>>
  /** Longest a whole run may take. Past it the run is killed and fails with `RUN_TIMEOUT`. > 0. @default Infinity */
  readonly timeout?: Duration
  /**
   * How ready tasks of equal priority are ordered: `fifo`, `critical-path`, or `optimised`, by a list that each run's
   * start looks for, which takes a tenth of a second or so. @default 'critical-path' when any task has an estimate,
   * else 'fifo'
   */
  readonly order?: Order
  /** How the order `optimised` is looked for. Says nothing about other orders. */
  readonly optimise?: OptimiseOptions
  /** Options for every task that does not say otherwise. An `any-…` rule does not concern tasks without dependencies. */
  readonly defaults?: TaskDefaults
  /** A Standard Schema that a run's input is checked by at dispatch; handlers get what it returns. @default not checked */
  readonly input?: StandardSchemaV1<unknown, Input>
}

export type TaskDefaults = Omit<TaskOptions, 'needs'>

/** The same options and limits give the same list, unless the time cap cuts the search short. */
export interface OptimiseOptions {
  /**
   * How many schedules of a dag of 100 tasks are tried at most; of a larger dag fewer, of a smaller one more, so that it
   * takes about the same time. It ends earlier once the best schedule is proven to be the shortest. 0 leaves it at the
   * critical path. Integer ≥ 0. @default 8000, about 100 ms
   */
  readonly effort?: number
  /** What chance depends on. Integer ≥ 0. @default 1 */
  readonly seed?: number
  /** Longest the search may take: then the best list so far is taken. > 0. @default Infinity */
  readonly timeCap?: Duration
}

export const defaultOptimise = { effort: 8_000, seed: 1, timeCap: Number.POSITIVE_INFINITY } as const

/** The defaults that do not depend on the kind of work. */
export const defaultOptions = {
  when: 'all-completed',
  onFailure: 'skip',
  severity: 'error',
  retry: { maxAttempts: 1, backoff: { base: '5s', factor: 2, cap: '5m', jitter: 0 } },
  timeout: Number.POSITIVE_INFINITY,
  startTimeout: '30s',
  stall: false,
  killGrace: '5s',
  priority: 'medium',
  uses: {},
} as const satisfies TaskDefaults
