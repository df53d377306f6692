import type { FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import type { AgentFault } from '../variants/agent-fault.ts'
import type { DagFault, DagFaultKind } from '../variants/fault.ts'
import type { TaskAnswers, TaskPace } from '../variants/variant.ts'

/**
 * `error`: a run does not settle, a promise or a guarantee is broken, or a rule can never be met. `warning`: probably
 * not what was meant. `note`: worth knowing.
 */
export type FindingSeverity = 'error' | 'warning' | 'note'

export type FindingCode =
  /** A run does not settle, because nothing ends a task that hangs, or one that is retried without end. */
  | 'RUN_NEVER_SETTLES'
  /** A run does not settle although nothing runs. That is dagmar's fault, not the dag's. */
  | 'RUN_STUCK'
  /** The run does not complete although nothing goes wrong. */
  | 'FAILS_WITHOUT_FAULT'
  /** A rule that is meant for failures waits for a task that never settles, or not in time. */
  | 'RULE_STARVES'
  /** A rule was met in no explored run. */
  | 'RULE_NEVER_FIRES'
  /** A rule function returned true in every explored run. */
  | 'RULE_NEVER_FALSE'
  /** A rule function answered differently to the same outcomes. */
  | 'RULE_IMPURE'
  /** A rule function threw. */
  | 'RULE_THROWS'
  /** The run's timeout ends a task that has attempts left. */
  | 'RETRY_OUTLIVES_TIMEOUT'
  /** After an ignored failure, dependents start without the output that they wait for. */
  | 'IGNORE_PASSES_UNDEFINED'
  /** A task settles in another way when the coordinator dies. */
  | 'CRASH_CHANGES_OUTCOME'
  /** Tasks start again when the coordinator dies, whose effect may have been had by then. */
  | 'CRASH_REPEATS_ATTEMPT'
  /** Only one agent can do a task, which fails when something goes wrong with that agent. */
  | 'AGENT_ALONE'
  /** A task fails when something goes wrong with an agent, although another one could do it. */
  | 'AGENT_NOT_REPLACED'
  /** A task waits for the next day, because agents may spend nothing more. */
  | 'AGENT_WAITS_FOR_DAY'
  /** One of the user's promises is broken. */
  | 'PROMISE_BROKEN'
  /** One of dagmar's own guarantees is broken. */
  | 'GUARANTEE_BROKEN'

/** Something about the dag that its author should know. */
export interface DagFinding {
  readonly code: FindingCode
  readonly severity: FindingSeverity
  /** What was found. */
  readonly sentence: string
  /** What to do about it. */
  readonly hint: string
  /** The tasks that it is about. */
  readonly taskIds: readonly TaskId[]
  /** The smallest set of faults that was found to cause it. Empty where none is needed. */
  readonly faults: readonly DagFault[]
  /** The faults of agents that it takes. */
  readonly agentFaults: readonly AgentFault[]
  /** What else it takes: tasks that are faster or slower than expected, and what people answer. */
  readonly paces: readonly TaskPace[]
  readonly answers: readonly TaskAnswers[]
  /** How such a run goes, in words: one line each. */
  readonly story: readonly string[]
}

/** Faults of one task that have the same effect on another. */
export interface Cause {
  readonly taskId: TaskId
  readonly kinds: readonly DagFaultKind[]
}

/** What single faults do to a task. Its own faults are among the causes. */
export interface TaskExposure {
  readonly taskId: TaskId
  /** It never starts, or never settles. */
  readonly starvedBy: readonly Cause[]
  readonly skippedBy: readonly Cause[]
  /** Another task's failure ends it while it runs or waits. */
  readonly killedBy: readonly Cause[]
  readonly deadLetteredBy: readonly Cause[]
  /** It runs only with these faults. */
  readonly startsOnlyWith: readonly Cause[]
}

export type Effect = 'starved' | 'skipped' | 'killed' | 'dead-lettered' | 'started'

/** An effect that the same faults of some tasks have on the same other tasks. */
export interface Consequence {
  readonly effect: Effect
  readonly kinds: readonly DagFaultKind[]
  /** A fault of any one of these is enough. */
  readonly by: readonly TaskId[]
  readonly taskIds: readonly TaskId[]
  readonly sentence: string
}

/** How much was tried. */
export interface Explored {
  /** The number of all runs. */
  readonly runs: number
  /** How many single faults were tried. In a large dag these are fewer than `allSingleFaults`. */
  readonly singleFaults: number
  readonly allSingleFaults: number
  /** How many faults of agents were tried, each by itself. */
  readonly agentFaults: number
  /**
   * The kinds that were tried on every task. Where there are any, `tasks` and `consequences` are about these kinds
   * only.
   */
  readonly wholeKinds: readonly DagFaultKind[]
  /** How many runs had several chosen faults, for example to make a rule fire. */
  readonly combinations: number
  /** How many runs had random faults, lengths and answers, including those made for shrinking. */
  readonly random: number
  /** Why there are no random runs, where there should be some. */
  readonly withoutRandom?: string
}

/** What `checkDag` found. Plain data, except for `toString`. */
export interface DagReport {
  readonly name: string
  /** True when no finding is an error. */
  readonly ok: boolean
  /** True when every explored run settled. */
  readonly settles: boolean
  readonly seed: number
  readonly explored: Explored
  /** The most severe first. */
  readonly findings: readonly DagFinding[]
  /**
   * In the order of the dag. Critical failures, kills and drains of the run are left out here, because they end
   * everything.
   */
  readonly tasks: readonly TaskExposure[]
  readonly consequences: readonly Consequence[]
  /** For people, as `dagmar test` prints it, without colours. */
  toString(): string
}

/**
 * The answers to a failed task that are tried, each as a variant. A task that fails again after `retry` is answered
 * `skip`.
 */
export const explorableAnswers: readonly (readonly FailureAnswer[])[] = [['ignore'], ['retry'], ['abort']]
