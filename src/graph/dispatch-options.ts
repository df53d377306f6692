import type { Duration } from '../time/duration.ts'

export interface DispatchOptions<Input = unknown> {
  /** What handlers get as `ctx.input`. Checked by the dag's schema, where it has one. */
  readonly input?: Input
  /** The run's id. Unique in the runtime, 1 to 200 characters, not beginning with a dot. @default a UUID v7, which sorts by time */
  readonly id?: string
  /** Dispatching again with the same key returns the handle of the first run and starts nothing. */
  readonly idempotencyKey?: string
  /** Texts by key, kept with the run and told in `run.created`. */
  readonly labels?: Readonly<Record<string, string>>
  /**
   * How many tasks of this run may hold a slot at once. Integer ≥ 0, or Infinity; with 0 nothing starts. @default the
   * dag's, then the runtime's
   */
  readonly concurrency?: number
  /** Pools of this run, in addition to the dag's, or in place of those with the same name. Integers ≥ 1. */
  readonly pools?: Readonly<Record<string, number>>
  /** The longest that the whole run may take. > 0. @default the dag's */
  readonly timeout?: Duration
  /** Kills the run when it is aborted; at once if it is aborted already. */
  readonly signal?: AbortSignal
}

/** The arguments behind the dag: options with an `input` where the dag's runs need one, else optional. */
export type WithInput<Input> = undefined extends Input
  ? [options?: DispatchOptions<Input>]
  : [options: DispatchOptions<Input> & { readonly input: Input }]
