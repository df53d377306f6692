import type { RunEnding } from '../../machines/dag.ts'
import type { Failure, SkipReason, TaskId } from '../../machines/outcome.ts'
import type { StopReason } from '../../machines/task-context.ts'
import type { TaskStructure } from '../graph/plan.ts'
import type { JsonValue } from './json-value.ts'

interface OfRun {
  /** Rises by 1 within a run, from 1. */
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly runId: string
  /** The `seq` of the fact that brought this one about, where it was not the task's own last one. */
  readonly causeSeq?: number
}

/** About the run as a whole. */
interface OfRunOnly extends OfRun {
  readonly taskId?: undefined
}

interface OfTask extends OfRun {
  readonly taskId: TaskId
}

interface OfAttempt extends OfTask {
  readonly attempt: number
}

/** The limits of one dispatch. `null` is no limit. */
export interface RunLimits {
  /** How many tasks may hold a slot at once. */
  readonly concurrency: number | null
  /** The amounts of the pools that the run's tasks share. */
  readonly pools: Readonly<Record<string, number>>
  /** The longest that the run may take from its start, or from a redrive, in milliseconds. */
  readonly timeoutMs: number | null
}

/** Run facts: journalled; the state of a run is their fold. */
export type RunFact =
  /**
   * The first fact of a run. It has everything that is needed to draw and judge the run without its plan, and to
   * recognise that plan.
   */
  | (OfRunOnly & {
      readonly type: 'run.created'
      /** The name of its dag. */
      readonly name: string
      /** The tasks in the order of the dag. Runs of the same plan in one process share the object. */
      readonly structure: readonly TaskStructure[]
      readonly limits: RunLimits
      /** See `Plan.fingerprint`. */
      readonly fingerprint: string
      readonly input?: unknown
      readonly labels?: Readonly<Record<string, string>>
      readonly idempotencyKey?: string
    })
  /** `until` is when the run's timeout falls, where it has one. Epoch milliseconds, like every `until`. */
  | (OfRunOnly & { readonly type: 'run.started'; readonly until?: number })
  | (OfRunOnly & { readonly type: 'run.paused' })
  | (OfRunOnly & { readonly type: 'run.resumed' })
  | (OfRunOnly & { readonly type: 'run.draining'; readonly reason: string })
  | (OfRunOnly & {
      readonly type: 'run.killing'
      readonly ending: RunEnding
      readonly reason: string
      readonly failure?: Failure
    })
  | (OfRunOnly & { readonly type: 'run.recovered' })
  /** The settled run is open again, with these tasks; `until` is when its timeout falls now, where it has one. */
  | (OfRunOnly & {
      readonly type: 'run.redriven'
      readonly tasks: readonly TaskId[]
      readonly until?: number
    })
  | (OfRunOnly & { readonly type: 'run.completed' })
  | (OfRunOnly & { readonly type: 'run.failed'; readonly failure?: Failure })
  | (OfRunOnly & { readonly type: 'run.killed'; readonly reason: string })
  /** Its rule is met; it waits for a slot. */
  | (OfTask & { readonly type: 'task.ready' })
  /** Granted: slot, pools and executor are its own. Once an attempt, directly before `task.starting`. */
  | (OfAttempt & { readonly type: 'task.dispatched'; readonly executor: string })
  /** Its executor declined it; it is offered again when there is capacity. Costs no attempt. */
  | (OfTask & {
      readonly type: 'task.deferred'
      readonly executor: string
      /** How many other attempts of the runtime the executor carried when it declined. */
      readonly carrying: number
      /** How many it carries at most, where it says so. */
      readonly capacity?: number
    })
  /** The executor has been asked to start it; `until` is when the start timeout falls, where it has one. */
  | (OfAttempt & { readonly type: 'task.starting'; readonly until?: number })
  /**
   * Its executor noted where the attempt is: with this handle a later coordinator can end it or take it over. It may be
   * told again, and the latest counts.
   */
  | (OfAttempt & { readonly type: 'task.placed'; readonly executor: string; readonly handle: JsonValue })
  | (OfAttempt & { readonly type: 'task.started' })
  | (OfAttempt & { readonly type: 'task.warned'; readonly message: string })
  /** `of` tells a question of the handler from one about what to do with a task that failed. */
  | (OfAttempt & {
      readonly type: 'task.asked'
      readonly of: 'handler' | 'failure'
      readonly question: string
      readonly failure?: Failure
    })
  | (OfAttempt & { readonly type: 'task.answered'; readonly answer: unknown })
  /** Silent for `silentMs`, its stall timeout or longer; `until` is when the grace is over, where it has one. */
  | (OfAttempt & { readonly type: 'task.stalled'; readonly silentMs: number; readonly until?: number })
  | (OfAttempt & { readonly type: 'task.unstalled' })
  /** The attempt is being ended; `until` is when it is forced or given up, where its `killGrace` has an end. */
  | (OfAttempt & {
      readonly type: 'task.stopping'
      readonly reason: StopReason
      /**
       * The length of the limit that it has passed: its timeout or start timeout, or the silence that its stall timeout
       * and grace allow. Absent for a kill.
       */
      readonly limitMs?: number
      readonly until?: number
    })
  /** The attempt could not be ended and is given up; its slot is free. */
  | (OfAttempt & { readonly type: 'task.abandoned'; readonly reason: StopReason })
  /** An attempt failed and another one follows at `until`. */
  | (OfAttempt & { readonly type: 'task.retrying'; readonly failure: Failure; readonly until: number })
  /** The task is open again, with its attempts as good as new; `from` is how it had settled. */
  | (OfTask & { readonly type: 'task.redriven'; readonly from: 'failed' | 'killed' | 'skipped' })
  | (OfAttempt & { readonly type: 'task.completed'; readonly output: unknown })
  | (OfAttempt & {
      readonly type: 'task.failed'
      readonly failure: Failure
      readonly ignored: boolean
      readonly deadLettered: boolean
      readonly abandoned: boolean
    })
  | (OfAttempt & { readonly type: 'task.dead-lettered'; readonly failure: Failure })
  | (OfAttempt & { readonly type: 'task.killed'; readonly reason: string; readonly abandoned: boolean })
  | (OfTask & { readonly type: 'task.skipped'; readonly because: SkipReason; readonly causedBy?: TaskId })

interface Passing {
  /** The `seq` of the last run fact before it. */
  readonly afterSeq: number
  readonly at: number
  readonly runId: string
}

interface PassingOfRun extends Passing {
  readonly taskId?: undefined
}

/** Passing facts: shown and forgotten, never journalled. */
export type PassingFact =
  | (Passing & {
      readonly type: 'task.output'
      readonly taskId: TaskId
      readonly attempt: number
      readonly text: string
      readonly stream: 'stdout' | 'stderr' | 'log'
    })
  | (Passing & {
      readonly type: 'task.progress'
      readonly taskId: TaskId
      readonly attempt: number
      /** 0 to 100. */
      readonly percent: number
      readonly message?: string
    })
  /** This observer has missed that many facts. */
  | (PassingOfRun & { readonly type: 'stream.lagged'; readonly missed: number })
  /** An observer threw; told once for each observer, which goes on being served. */
  | (PassingOfRun & { readonly type: 'observer.failed'; readonly message: string })

/** What `run.events$` carries. */
export type Fact = RunFact | PassingFact

/** An instant as a part of a fact; nothing where it never comes, since JSON has no `Infinity`. */
export function untilIn(instant: number): { readonly until?: number } {
  return instant === Number.POSITIVE_INFINITY ? {} : { until: instant }
}

/** Narrows to the facts that are journalled. */
export function isRunFact(fact: Fact): fact is RunFact {
  return 'seq' in fact
}

/** True for the last fact of a run; only a redrive is told after it. */
export function isRunEnd(fact: Fact): boolean {
  return fact.type === 'run.completed' || fact.type === 'run.failed' || fact.type === 'run.killed'
}

type WithoutEnvelope<F> = F extends unknown ? Omit<F, 'seq' | 'at' | 'runId'> : never
type WithoutPassingEnvelope<F> = F extends unknown ? Omit<F, 'afterSeq' | 'at' | 'runId'> : never

/** A run fact before its run has numbered and dated it. */
export type NewRunFact = WithoutEnvelope<RunFact>
/** A passing fact before its run has dated it. */
export type NewPassingFact = WithoutPassingEnvelope<PassingFact>
