import type { AgentsPart } from '../events/agents-in-words.ts'
import type { Failure, TaskId } from '../../machines/outcome.ts'
import type { TaskStatus } from '../events/task-view.ts'

/**
 * Where a job is. `dispatched`: it waits for its time, for other jobs, or for a slot. `starting`: it was taken up, and
 * nothing of it has started. `stalled`: all its live tasks are. The last three are ends; a redrive opens them again.
 */
export type JobStatus =
  | 'dispatched'
  | 'starting'
  | 'running'
  | 'stalled'
  | 'paused'
  | 'draining'
  | 'killing'
  | 'completed'
  | 'failed'
  | 'killed'

/** How many tasks are where. Together they are all of the job's tasks. */
export type TaskCounts = Readonly<Record<TaskStatus, number>>

/** A job as a list shows it. All instants are epoch milliseconds. */
export interface JobSummary {
  readonly id: string
  /** The `--name`, else the plan's name, else the command. */
  readonly name: string
  readonly project: string
  readonly labels: Readonly<Record<string, string>>
  readonly status: JobStatus
  /** How many tasks it has. */
  readonly total: number
  readonly counts: TaskCounts
  /**
   * How much of it is done: 0 to 1. Settled tasks count whole, and running ones by their progress. Of a job that has
   * failed or was killed, only what completed.
   */
  readonly progress: number
  /** The latest thing worth a person's notice: output, progress, a failure, or what it waits for. Escapes are cut. */
  readonly message: string
  readonly dispatchedAt: number
  readonly startedAt?: number
  readonly settledAt?: number
  /** Not before this instant. */
  readonly notBefore?: number
  /** The jobs that it waits for. */
  readonly after?: readonly string[]
  /** True where somebody is asked something. */
  readonly isAsking?: boolean
  /** Why it was ended, if it was: `killed`, `drained`, `dependency-failed`, or a failure of the whole run. */
  readonly reason?: string
  /** The job's number, from 1: what `%1` means. It keeps it; the next job gets the one after the highest. */
  readonly place: number
}

/** A task of a job. */
export interface JobTask {
  readonly id: TaskId
  readonly status: TaskStatus
  /** The number of its latest attempt; 0 before the first. */
  readonly attempt: number
  /** `null` for no limit. */
  readonly maxAttempts: number | null
  /** When its latest attempt started. */
  readonly startedAt?: number
  readonly settledAt?: number
  /** In milliseconds, from its first start to its settlement, or to now. */
  readonly tookMs?: number
  /** 0 to 1, where its attempt has reported it. */
  readonly progress?: number
  readonly message?: string
  readonly failure?: Failure
  /** Which agents have had it, for a task that one does. */
  readonly agents?: AgentsPart
  /** Why it was skipped, and the task that caused it. */
  readonly skipped?: { readonly reason: string; readonly by?: TaskId }
  /** What it asks, the oldest question first. */
  readonly questions: readonly string[]
  /** True for a failed task that failed by itself, and not because of another one. */
  readonly isRootCause: boolean
}

/** A job with its tasks: root causes first, then in the order of the plan. */
export interface JobDetails extends JobSummary {
  readonly tasks: readonly JobTask[]
  /** The supervisor's process. */
  readonly pid: number
  /** The job's folder: `status.json`, `plan.json`, and the output of its tasks. */
  readonly folder: string
}

/** Which jobs: those that fit all given fields. */
export interface JobQuery {
  readonly status?: readonly JobStatus[]
  readonly project?: string
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Dispatched at this instant or later: epoch milliseconds. */
  readonly since?: number
  /** Dispatched before this instant. */
  readonly until?: number
  /** Only those that are not settled. */
  readonly isOpen?: boolean
  /** At most so many, the latest. */
  readonly limit?: number
}

/** How many jobs are where, as the line below a list counts them. */
export interface JobCounts {
  /** Running, stalled, paused, draining and killing. */
  readonly running: number
  /** Dispatched and starting. */
  readonly pending: number
  readonly completed: number
  /** Failed and killed. */
  readonly failed: number
}

export const settledStatuses: readonly JobStatus[] = ['completed', 'failed', 'killed']

export function isSettledStatus(status: JobStatus): boolean {
  return settledStatuses.includes(status)
}

const countsAs: Readonly<Record<JobStatus, keyof JobCounts>> = {
  dispatched: 'pending',
  starting: 'pending',
  running: 'running',
  stalled: 'running',
  paused: 'running',
  draining: 'running',
  killing: 'running',
  completed: 'completed',
  failed: 'failed',
  killed: 'failed',
}

export function countJobs(jobs: Iterable<Pick<JobSummary, 'status'>>): JobCounts {
  const counts = { running: 0, pending: 0, completed: 0, failed: 0 }
  for (const { status } of jobs) counts[countsAs[status]]++
  return counts
}
