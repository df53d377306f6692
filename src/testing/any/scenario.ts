import type { FailureAnswer, OnFailure, Severity } from '../../../machines/outcome.ts'
import type { RuleName } from '../../graph/rules.ts'

/** How a scripted attempt goes. Lengths in milliseconds. */
export interface AttemptScript {
  /** When it reports that it has started, or how it does not. */
  readonly start: number | 'never' | 'reject' | 'throw'
  /** Heartbeats, counted from its start. */
  readonly beats: readonly number[]
  /** When it warns, counted from its start. */
  readonly warns: number | undefined
  /** When it asks a question, counted from its start. It does not end before the answer. */
  readonly asks: number | undefined
  /** When it ends by itself, counted from its start, and how. */
  readonly end:
    | { readonly after: number; readonly how: 'complete' | 'fail' | 'terminal' | 'retry-after' }
    | 'never'
  /** What it does when it is told to end: ends after a while, ignores it, or completes in spite of it. */
  readonly onAbort: number | 'ignore' | 'complete'
  /** How long it takes to end by force, where its executor can force at all. */
  readonly onForce: number | 'ignore'
}

/** What a report may be that nobody waits for. */
export const strayTypes = ['started', 'rejected', 'heartbeat', 'completed', 'failed', 'ended'] as const

/** A report that nobody waits for. */
export interface StrayReport {
  /** The instant it comes at. */
  readonly at: number
  /** The task it is about, by its place. */
  readonly task: number
  /** The attempt it claims to be of: 1 is the first; 0 never was. */
  readonly attempt: number
  readonly type: (typeof strayTypes)[number]
}

/** What the options of a task say of its life. Lengths in milliseconds; `Infinity` is none. */
export interface TaskSettings {
  /** `even` is a rule of one's own: an even number of dependencies completed. */
  readonly when: RuleName | 'even'
  readonly onFailure: OnFailure
  readonly severity: Severity
  readonly maxAttempts: number
  readonly backoff: {
    readonly base: number
    readonly factor: number
    readonly cap: number
    readonly jitter: number
  }
  readonly timeout: number
  readonly startTimeout: number
  readonly stall: { readonly after: number; readonly grace: number } | false
  readonly killGrace: number
  readonly priority: number
  readonly estimate: number | undefined
}

export interface ScriptedTask extends TaskSettings {
  readonly needs: readonly number[]
  /** Of the pool `shared`. */
  readonly uses: number
  readonly executor: ExecutorName
  /** The script of each attempt; the last one serves for all that follow. */
  readonly attempts: readonly AttemptScript[]
}

/** `roomy` takes everything, `small` declares a capacity, `picky` says no by itself, `hard` cannot force an end. */
export type ExecutorName = 'roomy' | 'small' | 'picky' | 'hard'

export type ScheduledCommand =
  | { readonly at: number; readonly do: 'pause' | 'resume' | 'kill' | 'drain' }
  | { readonly at: number; readonly do: 'kill-task'; readonly task: number }

/** What a run meets from outside, beside the attempts of its tasks. */
export interface Circumstances {
  readonly concurrency: number
  readonly runConcurrency: number
  readonly admission: 'both' | 'executor'
  readonly runTimeout: number
  readonly commands: readonly ScheduledCommand[]
  /** What people answer to the task at each place, and how long they take; both from the start again where they are short. */
  readonly answers: readonly FailureAnswer[]
  readonly answerAfter: readonly number[]
  readonly strays: readonly StrayReport[]
  /** How many milliseconds the store takes to be durable; 0 is the memory store. */
  readonly storeDelay: number
  readonly observer: ObserverKind
  /** Whether each settled run is redriven: not at all, whole, or one task of it by its place. */
  readonly redrive: 'none' | 'all' | number
  readonly runs: number
}

/**
 * `throws` breaks now and then, `late` subscribes in the middle, `slow` takes its time over each fact, `kills` kills the
 * run from inside a notification.
 */
export type ObserverKind = 'calm' | 'throws' | 'late' | 'slow' | 'kills'

/** A dag, what happens to it, and in what order: everything that a run can meet. */
export interface Scenario extends Circumstances {
  readonly tasks: readonly ScriptedTask[]
  readonly order: 'fifo' | 'critical-path'
  readonly pool: number
  readonly smallCapacity: number
  readonly pickyLimit: number
  /** Until then `picky` takes nothing. */
  readonly pickyOpensAt: number
}
