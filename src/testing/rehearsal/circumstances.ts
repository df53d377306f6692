import type { ConfirmAnswer, FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import type { StrayReport } from '../any/any-stray.ts'
import type { ObserverKind } from '../any/faults.ts'

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
  /** What they answer to the task at each place that asks whether it may start. */
  readonly confirms: readonly ConfirmAnswer[]
  /** How often people have answered `retry` to each task before, if the run began earlier. */
  readonly retried?: ReadonlyMap<TaskId, number>
  readonly answerAfter: readonly number[]
  readonly strays: readonly StrayReport[]
  /** How many milliseconds the store takes to be durable; 0 is the memory store. */
  readonly storeDelay: number
  readonly observer: ObserverKind | 'calm'
  /** Whether each settled run is redriven: not at all, whole, or one task of it by its place. */
  readonly redrive: 'none' | 'all' | number
  readonly runs: number
}
