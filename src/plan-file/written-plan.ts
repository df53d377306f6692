import type { BackoffOptions, Priority } from '../graph/options.ts'
import type { Order } from '../graph/plan.ts'
import type { RuleName } from '../graph/rules.ts'
import type { OnFailure, Severity } from '../../machines/outcome.ts'

/** A plan file as it was written, after `planShape` has accepted it. Durations are texts, or 0. */
export interface WrittenPlan {
  readonly $schema?: string
  readonly name?: string
  readonly input?: unknown
  readonly concurrency?: number
  readonly pools?: Readonly<Record<string, number>>
  readonly timeout?: string
  readonly order?: Order
  readonly optimise?: { readonly effort?: number; readonly seed?: number; readonly timeCap?: string }
  readonly defaults?: WrittenDefaults
  readonly tasks: Readonly<Record<string, WrittenTask>>
}

export interface WrittenDefaults {
  readonly when?: RuleName
  readonly onFailure?: OnFailure
  readonly severity?: Severity
  readonly retry?: { readonly maxAttempts?: number; readonly backoff?: BackoffOptions }
  readonly timeout?: string
  readonly startTimeout?: string
  readonly stall?: false | { readonly after?: string; readonly grace?: string | 0 }
  readonly killGrace?: string | 0
  readonly priority?: Priority
  readonly estimate?: string | 0
  readonly uses?: Readonly<Record<string, number>>
  readonly env?: Readonly<Record<string, Scalar>>
  readonly envFile?: string | readonly string[]
  readonly cwd?: string
  readonly shell?: string
}

export interface WrittenTask extends WrittenDefaults {
  readonly run: string | readonly Scalar[]
  readonly needs?: readonly string[]
  readonly matrix?: Readonly<Record<string, unknown>>
}

export type Scalar = string | number | boolean
