import type { FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import type { DagFault, DagFaultKind } from '../variants/fault.ts'
import type { TaskAnswers, TaskPace } from '../variants/variant.ts'

/** `error`: a run does not settle, a promise or a guarantee is broken, a rule can never be met. `warning`: probably not meant. */
export type FindingSeverity = 'error' | 'warning' | 'note'

export type FindingCode =
  /** A run does not settle, because nothing ends what hangs, or what is retried. */
  | 'RUN_NEVER_SETTLES'
  /** A run does not settle although nothing runs: no fault of the dag. */
  | 'RUN_STUCK'
  /** The run does not complete although nothing goes wrong. */
  | 'FAILS_WITHOUT_FAULT'
  /** A rule that is meant for failures waits for what never settles, or not in time. */
  | 'RULE_STARVES'
  /** A rule was met in no explored run. */
  | 'RULE_NEVER_FIRES'
  /** A rule that is a function said yes in every explored run. */
  | 'RULE_NEVER_FALSE'
  /** A rule that is a function threw. */
  | 'RULE_THROWS'
  /** The run's timeout ends a task that has attempts left. */
  | 'RETRY_OUTLIVES_TIMEOUT'
  /** An ignored failure lets dependents start without the output they wait for. */
  | 'IGNORE_PASSES_UNDEFINED'
  /** One of the user's promises is broken. */
  | 'PROMISE_BROKEN'
  /** One of dagmar's own guarantees is broken. */
  | 'GUARANTEE_BROKEN'

/** Something about the dag that somebody should know. */
export interface DagFinding {
  readonly code: FindingCode
  readonly severity: FindingSeverity
  /** What was found. */
  readonly sentence: string
  /** What to do about it. */
  readonly hint: string
  /** The tasks that it is about. */
  readonly taskIds: readonly TaskId[]
  /** The smallest set of faults that was found to bring it about; empty where none is needed. */
  readonly faults: readonly DagFault[]
  /** What else it needs: tasks that are faster or slower than expected, and what people answer. */
  readonly paces: readonly TaskPace[]
  readonly answers: readonly TaskAnswers[]
  /** How such a run goes, in words, a line each. */
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
  /** It does not run when all goes well, but then. */
  readonly startsOnlyWith: readonly Cause[]
}

export type Effect = 'starved' | 'skipped' | 'killed' | 'dead-lettered' | 'started'

/** What the same faults of some tasks do to the same others. */
export interface Consequence {
  readonly effect: Effect
  readonly kinds: readonly DagFaultKind[]
  /** One of these has to be struck. */
  readonly by: readonly TaskId[]
  readonly taskIds: readonly TaskId[]
  readonly sentence: string
}

/** How much was tried. */
export interface Explored {
  /** Runs in all. */
  readonly runs: number
  /** Single faults that were tried, and how many there are; fewer were tried where the dag is large. */
  readonly singleFaults: number
  readonly allSingleFaults: number
  /** The kinds that were tried on every task. Where there are any, `tasks` and `consequences` are about these alone. */
  readonly wholeKinds: readonly DagFaultKind[]
  /** Runs with several faults that were chosen, as to make a rule fire. */
  readonly combinations: number
  /** Runs with random faults, lengths and answers; those of shrinking included. */
  readonly random: number
  /** Why there are no random ones, where there should be. */
  readonly withoutRandom?: string
}

/** What `checkDag` found. Plain data, but for `toString`. */
export interface DagReport {
  readonly name: string
  /** No finding is an error. */
  readonly ok: boolean
  /** Every explored run settled. */
  readonly settles: boolean
  readonly seed: number
  readonly explored: Explored
  /** The gravest first. */
  readonly findings: readonly DagFinding[]
  /** In the order of the dag. A critical failure, a kill or a drain ends the run, and is left out here. */
  readonly tasks: readonly TaskExposure[]
  readonly consequences: readonly Consequence[]
  /** For people, as `dagmar test` prints it, without colours. */
  toString(): string
}

/** All answers to a failed task, each as a variant of its own. A task that is tried again once may fail again: then `skip`. */
export const explorableAnswers: readonly (readonly FailureAnswer[])[] = [['ignore'], ['retry'], ['abort']]
