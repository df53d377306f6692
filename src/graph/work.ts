import type { TaskOptions } from './options.ts'

declare const types: unique symbol

/**
 * A task's work as data for a named executor: what `logic()` and other makers return, and what a plan holds. A handler
 * function is short for work of the executor `inline`.
 */
export interface Work<Context = never, Output = unknown> {
  /** The name of the executor that carries out the attempts. */
  readonly executor: string
  /** What that executor needs to know. Nothing else reads it. */
  readonly work: unknown
  /** Defaults of this kind of work. The task's own options and the dag's defaults win over them. */
  readonly defaults?: Pick<TaskOptions, 'startTimeout' | 'stall' | 'killGrace'>
  /** Types only, never set. */
  readonly [types]?: (context: Context) => Output
}
