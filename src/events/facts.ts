import type { RunEnding } from '../../machines/dag.ts'
import type { Failure, Outcome, SkipReason, TaskId } from '../../machines/outcome.ts'
import type { StopReason } from '../../machines/task-context.ts'
import type { TaskStructure } from '../graph/plan.ts'
import type { AllowanceLimit } from './agent-facts.ts'
import type { JsonValue } from './json-value.ts'

interface OfRun {
  /** The number of the fact in its run: 1 for the first, and 1 more for each that follows. */
  readonly seq: number
  /** When it happened, in epoch milliseconds. */
  readonly at: number
  readonly runId: string
  /** The `seq` of the fact that caused this one, where that was not the task's own previous fact. */
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

/** Why an agent could not have a task. */
export type AgentRefusal =
  /** Nobody has registered by that id. */
  | 'unknown'
  | 'offline'
  /** It lacks a capability. */
  | 'incapable'
  /** It has as many attempts as it takes. */
  | 'full'
  /** An attempt of the task has used more than this agent may spend. */
  | 'spent'
  /** It could have had it, and the router did not pick it. */
  | 'not picked'
  /** It was to have it, and the task could not be claimed. */
  | 'not claimed'
  | AllowanceLimit

/** How a claimed task ended. */
export type ClaimEnd = Exclude<Outcome['status'], 'skipped'>

/** An agent that was considered for a task, and why it could not have it. */
export interface RefusedAgent {
  readonly agentId: string
  readonly why: AgentRefusal
}

/** Why a task that an agent does was not granted. */
interface OfDispatch extends OfTask {
  /** Which of its dispatch attempts this was. Absent where it cost none, and the task waits for agents to change. */
  readonly dispatchAttempt?: number
  /** What the task fails with if no other dispatch attempt follows. */
  readonly failure: Failure
  /** When the next dispatch attempt is due. */
  readonly until?: number
}

/**
 * Why a task could not be claimed: another coordinator has it, or has had it to its end; the claims threw or rejected; or
 * they did not answer in time.
 */
export type ClaimRefusal = 'held' | 'ended' | 'threw' | 'timeout'

/** The limits of one dispatch. `null` is no limit. */
export interface RunLimits {
  /** How many tasks may hold a slot at once. */
  readonly concurrency: number | null
  /** The amounts of the pools that the run's tasks share. */
  readonly pools: Readonly<Record<string, number>>
  /** The longest that the run may take from its start, or from a redrive, in milliseconds. */
  readonly timeoutMs: number | null
}

/** Who asks: a handler; the task, what to do about its failure; or the task, whether it may start. */
export type AskedBy = 'handler' | 'failure' | 'confirm'

/** Run facts are journalled. The state of a run is what they add up to: see `fold`. */
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
      /** The places in the input that are not told: see `RuntimeOptions.redact`. */
      readonly redacted?: readonly string[]
      readonly labels?: Readonly<Record<string, string>>
      readonly idempotencyKey?: string
    })
  /**
   * The run takes up its first tasks. `until` is when its timeout falls, if it has one: epoch milliseconds, like every
   * `until`.
   */
  | (OfRunOnly & { readonly type: 'run.started'; readonly until?: number })
  /** No further attempt starts until the run is resumed. Live attempts go on. */
  | (OfRunOnly & { readonly type: 'run.paused' })
  /** Attempts start again. */
  | (OfRunOnly & { readonly type: 'run.resumed' })
  /** Live attempts may finish, everything else is skipped, except for teardowns. */
  | (OfRunOnly & { readonly type: 'run.draining'; readonly reason: string })
  /**
   * Every live attempt is being ended, everything else is skipped, except for teardowns. `ending` says why. Told a second
   * time, with `endsTeardowns`, where a further kill ends these, too.
   */
  | (OfRunOnly & {
      readonly type: 'run.killing'
      readonly ending: RunEnding
      readonly reason: string
      readonly failure?: Failure
      readonly endsTeardowns?: true
    })
  /**
   * Another coordinator goes on with the run. `structure` and `fingerprint` are there where its plan is another one, which
   * was accepted: from here on the run has these tasks, and those of before that are settled.
   */
  | (OfRunOnly & {
      readonly type: 'run.recovered'
      readonly structure?: readonly TaskStructure[]
      readonly fingerprint?: string
    })
  /** The settled run is open again, and with it these tasks. `until` is when its timeout falls now, if it has one. */
  | (OfRunOnly & {
      readonly type: 'run.redriven'
      readonly tasks: readonly TaskId[]
      readonly until?: number
    })
  /** Every task is settled, and none of them makes the run fail. */
  | (OfRunOnly & { readonly type: 'run.completed' })
  /** Every task is settled, and a task failed, or the run as a whole did: then `failure` says why. */
  | (OfRunOnly & { readonly type: 'run.failed'; readonly failure?: Failure })
  /** Every task is settled, after the run was killed or drained. */
  | (OfRunOnly & { readonly type: 'run.killed'; readonly reason: string })
  /** Its rule is met. It waits for a slot, its pools and its executor. */
  | (OfTask & { readonly type: 'task.ready' })
  /** An attempt has been granted its slot, its pools and its executor. Directly before `task.starting`. */
  | (OfAttempt & {
      readonly type: 'task.dispatched'
      readonly executor: string
      /** The agent that does it, for a task that needs one. */
      readonly agentId?: string
    })
  /** Its executor, or every agent that could do it, has no room. It is offered again when there may be room, which costs no attempt. */
  | (OfTask & {
      readonly type: 'task.deferred'
      readonly executor: string
      /** How many other attempts of the runtime the executor carried when it declined. */
      readonly carrying: number
      /** How many it carries at most, where it says so. */
      readonly capacity?: number
      /** There where it was agents that had no room, and not the executor. */
      readonly considered?: readonly RefusedAgent[]
    })
  /** Nobody who is there has the capabilities that the task requires, or its router picked nobody. */
  | (OfDispatch & {
      readonly type: 'dispatch.no-agent'
      /** At most 20 of them. */
      readonly considered: readonly RefusedAgent[]
    })
  /** The agents that could do it have nothing left to spend. */
  | (OfDispatch & {
      readonly type: 'dispatch.quota-exceeded'
      /** At most 20 of them. */
      readonly considered: readonly RefusedAgent[]
    })
  /** It could not be claimed, so that somebody else may be at work for it. */
  | (OfDispatch & {
      readonly type: 'dispatch.claim-failed'
      /** The agent that was to have it. */
      readonly agentId: string
      readonly why: ClaimRefusal
      /** Who has claimed it, for people. */
      readonly heldBy?: string
      /** How it ended for the one who had claimed it. */
      readonly ended?: ClaimEnd
    })
  /** It is claimed: as long as its `fence` is the latest, no other coordinator does it. Directly before `task.dispatched`. */
  | (OfTask & { readonly type: 'task.claimed'; readonly agentId: string; readonly fence: number })
  /** The executor has been asked to start the attempt. `until` is when the start timeout falls, if it has one. */
  | (OfAttempt & { readonly type: 'task.starting'; readonly until?: number })
  /**
   * The executor has noted where the attempt is. With the handle a later coordinator can end it or take it over. May be
   * told again: the latest counts.
   */
  | (OfAttempt & { readonly type: 'task.placed'; readonly executor: string; readonly handle: JsonValue })
  /** The executor has confirmed that the attempt runs. */
  | (OfAttempt & { readonly type: 'task.started' })
  /** The attempt says something that people should know, and goes on. */
  | (OfAttempt & { readonly type: 'task.warned'; readonly message: string })
  /**
   * A question waits for an answer: one of the handler, what to do about the task's failure, or whether the task may
   * start, which is asked before its first attempt. `of` says which.
   */
  | (OfAttempt & {
      readonly type: 'task.asked'
      readonly of: AskedBy
      readonly question: string
      readonly failure?: Failure
      /** When it waits no longer, if it has a limit. */
      readonly until?: number
      /** What counts as its answer then. Without one a handler's question is rejected. */
      readonly defaultAnswer?: unknown
    })
  /** A question of the task has been answered: the oldest open one, unless `place` says which, counted from 0. */
  | (OfAttempt & {
      readonly type: 'task.answered'
      readonly answer: unknown
      readonly place?: number
      /** Nobody has answered in time. `answer` is the default one, and undefined where there is none. */
      readonly expired?: true
    })
  /** The attempt has been silent for `silentMs`. `until` is when the stall grace is over, if it has one. */
  | (OfAttempt & { readonly type: 'task.stalled'; readonly silentMs: number; readonly until?: number })
  /** The silent attempt has given a sign of work. */
  | (OfAttempt & { readonly type: 'task.unstalled' })
  /** The attempt is being ended. `until` is when it is forced or abandoned, unless its `killGrace` is infinite. */
  | (OfAttempt & {
      readonly type: 'task.stopping'
      readonly reason: StopReason
      /**
       * The length of the limit that it has passed: its timeout or start timeout, or the silence that its stall timeout
       * and grace allow. Absent for a kill, and where it is about its agent.
       */
      readonly limitMs?: number
      /** Why it is killed, in the words of who asked. */
      readonly killReason?: string
      readonly until?: number
    })
  /** The attempt could not be ended and is given up. Its slot is free; its handler may still run. */
  | (OfAttempt & { readonly type: 'task.abandoned'; readonly reason: StopReason })
  /**
   * The attempt was live when its coordinator died. It is over, and does not count against `maxAttempts`. Told by the
   * coordinator that recovers the run.
   */
  | (OfAttempt & { readonly type: 'task.interrupted' })
  /** The attempt failed, and the next one is due at `until`. */
  | (OfAttempt & { readonly type: 'task.retrying'; readonly failure: Failure; readonly until: number })
  /** The settled task is open again, with all its attempts. `from` is how it had settled. */
  | (OfTask & { readonly type: 'task.redriven'; readonly from: 'failed' | 'killed' | 'skipped' })
  /** The task is settled, with this output. */
  | (OfAttempt & {
      readonly type: 'task.completed'
      readonly output: unknown
      /** The JSON that a command wrote, where it is spelled in another way than the output would be. */
      readonly written?: string
      /** The places in the output that are not told: see `RuntimeOptions.redact`. */
      readonly redacted?: readonly string[]
    })
  /** The task is settled: its last attempt failed. See `Outcome` for the flags. */
  | (OfAttempt & {
      readonly type: 'task.failed'
      readonly failure: Failure
      readonly ignored: boolean
      readonly deadLettered: boolean
      readonly abandoned: boolean
    })
  /** It had more than one attempt, and has used them all. Directly after `task.failed`. */
  | (OfAttempt & { readonly type: 'task.dead-lettered'; readonly failure: Failure })
  /** The task is settled: it was killed. */
  | (OfAttempt & { readonly type: 'task.killed'; readonly reason: string; readonly abandoned: boolean })
  /** The task is settled without an attempt. `causedBy` is the task that caused it, if there is one. */
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

/** Passing facts are shown and forgotten, never journalled. */
export type PassingFact =
  /**
   * The attempt wrote one or more lines: to `stdout` or `stderr` as a command, to `log` as a handler. With `isPartial` it
   * is a line that has not ended, such as a progress bar, as it stands now: it is told again when it has.
   */
  | (Passing & {
      readonly type: 'task.output'
      readonly taskId: TaskId
      readonly attempt: number
      readonly text: string
      readonly stream: 'stdout' | 'stderr' | 'log'
      readonly isPartial?: true
    })
  /** The attempt says how far it is. */
  | (Passing & {
      readonly type: 'task.progress'
      readonly taskId: TaskId
      readonly attempt: number
      /** 0 to 100. */
      readonly percent: number
      readonly message?: string
    })
  /** This observer has missed `missed` facts, which would have been here. */
  | (PassingOfRun & { readonly type: 'stream.lagged'; readonly missed: number })
  /** An observer, a hook or an inspector threw. Told once for each of them; it still gets what follows. */
  | (PassingOfRun & { readonly type: 'observer.failed'; readonly message: string })

/** What `task.warned` says of an attempt that completed while it was being ended. Its end is told directly after that. */
export const droppedOutput = 'The attempt completed while it was being ended; its output was dropped.'

/** What `run.events$` carries. */
export type Fact = RunFact | PassingFact

/** An instant as a part of a fact: nothing where it never comes, because JSON has no `Infinity`. */
export function untilIn(instant: number): { readonly until?: number } {
  return instant === Number.POSITIVE_INFINITY ? {} : { until: instant }
}

/** Narrows to the facts that are journalled. */
export function isRunFact(fact: Fact): fact is RunFact {
  return 'seq' in fact
}

/** True for the last fact of a run. Only a redrive comes after it. */
export function isRunEnd(fact: Fact): boolean {
  return fact.type === 'run.completed' || fact.type === 'run.failed' || fact.type === 'run.killed'
}

type WithoutEnvelope<F> = F extends unknown ? Omit<F, 'seq' | 'at' | 'runId'> : never
type WithoutPassingEnvelope<F> = F extends unknown ? Omit<F, 'afterSeq' | 'at' | 'runId'> : never

/** A run fact before its run has numbered and dated it. */
export type NewRunFact = WithoutEnvelope<RunFact>
/** A passing fact before its run has dated it. */
export type NewPassingFact = WithoutPassingEnvelope<PassingFact>

/** The instant that a fact says, if it says one. */
export function untilOf({ until }: { readonly until?: number }): { readonly until?: number } {
  return until === undefined ? {} : { until }
}
