import {
  badValue,
  type Fields,
  isRecord,
  memberPath,
  readGiven,
  readInteger,
  readNames,
  readOneOf,
  readTimeout,
} from '../graph/read-values.ts'
import type { Duration } from '../time/duration.ts'

/** What is done about an attempt whose agent has nothing left. */
export type OnOverrun = 'warn' | 'kill'

/**
 * What an agent may spend. 0, and what is left out, is no limit. Days begin at 00:00 UTC. A job is an attempt; tokens are
 * input and output together, and count as they are reported.
 */
export interface AllowanceOptions {
  /** Nothing is granted once so many are used. Integer ≥ 0. @default no limit */
  readonly dailyTokens?: number
  /** Integer ≥ 0. @default no limit */
  readonly dailyJobs?: number
  /** How many attempts it has at once. Integer ≥ 0. @default no limit */
  readonly concurrentJobs?: number
  /** The longest that one attempt may run: a timeout, beside that of the task. > 0. @default no limit */
  readonly longestJob?: Duration
  /** The models that it may use, for tasks that say a model. @default any */
  readonly models?: readonly string[]
  /** Tokens a day by model. Integers ≥ 0. @default no limits */
  readonly modelTokens?: Readonly<Record<string, number>>
  /** What happens to an attempt that uses more than is left: its task is warned, or it is ended. @default 'warn' */
  readonly onOverrun?: OnOverrun
}

/** `AllowanceOptions` with nothing left open; `Infinity` for no limit. */
export interface Limits {
  readonly dailyTokens: number
  readonly dailyJobs: number
  readonly concurrentJobs: number
  readonly longestJobMs: number
  /** Undefined for any. */
  readonly models: ReadonlySet<string> | undefined
  readonly modelTokens: ReadonlyMap<string, number>
  readonly onOverrun: OnOverrun
}

const readLimit = (value: unknown, path: string): number => {
  const limit = readInteger(value, path, 0)
  return limit === 0 ? Number.POSITIVE_INFINITY : limit
}

const readers = {
  dailyTokens: readLimit,
  dailyJobs: readLimit,
  concurrentJobs: readLimit,
  longestJob: readTimeout,
  models: readNames,
  modelTokens: (value: unknown, path: string): ReadonlyMap<string, number> => {
    if (!isRecord(value)) throw badValue(path, value, 'an object of tokens by model')
    return new Map(
      Object.entries(value).map(([model, most]) => [model, readLimit(most, memberPath(path, model))]),
    )
  },
  onOverrun: (value: unknown, path: string) => readOneOf<OnOverrun>(value, path, ['warn', 'kill']),
}

/** Throws `CONFIG_INVALID` and `DURATION_INVALID`. */
export function readLimits(value: AllowanceOptions | Fields | undefined, path: string): Limits {
  const given = readGiven(value ?? {}, readers, path)
  const none = Number.POSITIVE_INFINITY
  return {
    dailyTokens: given.dailyTokens ?? none,
    dailyJobs: given.dailyJobs ?? none,
    concurrentJobs: given.concurrentJobs ?? none,
    longestJobMs: given.longestJob ?? none,
    // An empty list is no list, as 0 is no limit.
    models: given.models === undefined || given.models.length === 0 ? undefined : new Set(given.models),
    modelTokens: given.modelTokens ?? new Map(),
    onOverrun: given.onOverrun ?? 'warn',
  }
}

export const noLimits: Limits = readLimits({}, '')
