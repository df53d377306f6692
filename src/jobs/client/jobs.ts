import type { AgentsPart } from '../../events/agents-in-words.ts'
import type { Observable } from 'rxjs'
import type { TaskId } from '../../../machines/outcome.ts'
import type { UsageKey, UsageRow } from '../../agents/usage-rows.ts'
import type { ListedAgent } from '../../runtime/agents/agents.ts'
import type { AgentsTold } from '../../runtime/agents/watch-agents.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { Fact, RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import type { Notification } from '../../plan-file/notification.ts'
import type { JobDetails, JobQuery, JobSummary } from '../job.ts'
import type { JobSelection } from '../spec.ts'

export interface ConnectOptions {
  /** The state directory. @default `$DAGMAR_HOME`, else `$XDG_STATE_HOME/dagmar`, else `~/.local/state/dagmar` */
  readonly home?: string
  /** Starts a supervisor where none is there. @default true */
  readonly start?: boolean
}

/** How a job is dispatched. What is not given is taken from the process that dispatches. */
export interface JobOptions {
  /** @default the plan's name */
  readonly name?: string
  /** @default the name of the folder `cwd` */
  readonly project?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly select?: JobSelection
  readonly input?: unknown
  readonly concurrency?: number
  readonly answers?: Readonly<Record<TaskId, readonly string[]>>
  readonly confirms?: boolean
  readonly notify?: readonly Notification[]
  /** @default process.cwd() */
  readonly cwd?: string
  /** @default process.umask() */
  readonly umask?: number
  /** @default process.env, without what belongs to an enclosing attempt */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Not before this instant: epoch milliseconds. */
  readonly notBefore?: number
  /** Ids of jobs that must complete first. */
  readonly after?: readonly string[]
  /** With `after`: any end of them will do. @default false */
  readonly afterAny?: boolean
}

/** Which tasks a kill, a pause and the like are about is said by `taskId`; without it, the whole job. */
export interface Job {
  readonly id: string
  /** As it is now. Rejects with `JOB_UNKNOWN`. */
  details(): Promise<JobDetails>
  /**
   * Its facts from the `seq` `from` on (default 1), first those that are there, then live; output and progress while it
   * is watched. Completes when the job is settled and all its facts have come. A connection that is lost is made again,
   * and nothing is lost or repeated; where the supervisor was stopped by hand it fails with `SUPERVISOR_LOST`. A job that
   * waits has none yet.
   */
  events(options?: { readonly from?: number }): Observable<Fact>
  /** The fold of its facts up to now. Undefined while it has none. */
  view(): Promise<RunView | undefined>
  /** Why a task is where it is; of a live one with the limits that only the supervisor knows. */
  why(taskId: TaskId): Promise<Explanation>
  story(taskId: TaskId): Promise<readonly RunFact[]>
  /** Ends the job, or a task of it. Resolves when its end is confirmed. Of what is settled, nothing happens. */
  kill(taskId?: TaskId, options?: { readonly reason?: string }): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Lets running tasks finish, and starts no more: the job is then `killed`, reason `drained`. Resolves when it is. */
  drain(): Promise<void>
  /** Opens a settled job, or a failed task of it, again. The commands get the environment given here. */
  redrive(taskId?: TaskId, options?: Pick<JobOptions, 'env'>): Promise<void>
  answer(taskId: TaskId, answer: unknown): Promise<void>
  /** Resolves with it as it is at its end, at once if it is settled. */
  settled(): Promise<JobSummary>
  /** Forgets it, with its folder. Rejects with `JOB_OPEN` unless it is settled. */
  remove(): Promise<void>
}

export interface SupervisorStatus {
  readonly pid: number
  readonly version: string
  readonly protocol: number
  readonly home: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly concurrency: number
  /** Slots that are taken now. */
  readonly inUse: number
  readonly jobs: number
  readonly open: number
  readonly clients: number
  /** Resident memory, in bytes. */
  readonly memory: number
}

export interface JobFact {
  readonly jobId: string
  readonly fact: Fact
}

/** A connection to the supervisor of a state directory, which is started when there is none. */
export interface Jobs {
  readonly home: string
  /**
   * Whether there is a connection, at once and after each change. One that is lost is made again as soon as anything is
   * asked or watched.
   */
  readonly connected$: Observable<boolean>
  /** Resolves when the job is safe on disk. Rejects with what `plan()` throws, `JOB_UNKNOWN` for `after`, `CONFIG_INVALID`. */
  dispatch(definition: PlanDefinition, options?: JobOptions): Promise<Job>
  /**
   * The job of an id, of a prefix or suffix of one that no other has, or of `%1`, the first of the list, or `%-1`, the
   * last. Rejects with `JOB_UNKNOWN` or `JOB_AMBIGUOUS`.
   */
  job(id: string): Promise<Job>
  /** Latest dispatched last. */
  list(query?: JobQuery): Promise<readonly JobSummary[]>
  /**
   * All jobs that fit, soon after subscription and after each change. Goes on over the loss of a connection, unless the
   * supervisor was stopped by hand: then it fails with `SUPERVISOR_LOST`.
   */
  jobs$(query?: JobQuery): Observable<readonly JobSummary[]>
  /** What all jobs tell from now on. */
  readonly facts$: Observable<JobFact>
  /** Of the settled jobs that fit: tasks that have used up all their attempts. */
  deadLetters(query?: JobQuery): Promise<readonly JobDeadLetter[]>
  /** Forgets settled jobs that fit; resolves with their ids. */
  prune(query: JobQuery): Promise<readonly string[]>
  /** The agents of the user's configuration as they are now, in the order of their ids. */
  agents(): Promise<readonly ListedAgent[]>
  /**
   * The same agents, with the latest facts about them, and from then on what happens: facts, and agents that have given a
   * sign. All of it comes again where the connection was lost.
   */
  readonly agents$: Observable<AgentsTold>
  /** What agents have used, over all jobs: since ever, or since an instant (epoch milliseconds). */
  usage(options?: { readonly by?: UsageKey; readonly since?: number }): Promise<readonly UsageRow[]>
  status(): Promise<SupervisorStatus>
  /**
   * Ends the supervisor. Without `now` it lets live tasks finish first; with it they are ended, and start again as
   * another attempt when the supervisor does. No job is ended by it.
   */
  stop(options?: { readonly now?: boolean }): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface JobDeadLetter {
  readonly jobId: string
  readonly name: string
  readonly taskId: TaskId
  readonly attempt: number
  readonly failure: { readonly code: string; readonly message: string }
  /** Which agents have had it, and which could not, for a task that one does. */
  readonly agents?: AgentsPart
}
