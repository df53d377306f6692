import type { TaskOptions } from './options.ts'

declare const types: unique symbol

/**
 * A task's work as data for a named executor: what `logic()` and other makers return, and what a plan holds.
 * A handler function is the short form of the work of the executor `inline`.
 */
export interface Work<Context = never, Output = unknown> {
  /** The name of the executor that carries out the attempts. */
  readonly executor: string
  /** What that executor needs to know; nobody else looks into it. */
  readonly work: unknown
  /** Options that this kind of work has unless the task says otherwise. */
  readonly defaults?: Pick<TaskOptions, 'startTimeout' | 'stall' | 'killGrace'>
  /** Types only, never set. */
  readonly [types]?: (context: Context) => Output
}
