import { plan } from '../../graph/make-plan.ts'
import type { BackoffOptions } from '../../graph/options.ts'
import type { Backoff } from '../../graph/plan.ts'
import {
  badValue,
  isRecord,
  readDuration,
  readGiven,
  readInteger,
  readNumber,
  readRunId,
  readTimeout,
} from '../../graph/read-values.ts'
import { readName } from '../../graph/read-tasks.ts'
import type { Duration } from '../../time/duration.ts'
import type { ItemOptions, SourceItem } from './source-item.ts'

export interface ConsumeOptions {
  /**
   * The name of the source: that of the dag of its items, and the beginning of the ids of their runs, `name:id`. Another
   * process that takes up the same source gives it the same name. Unique among the sources that a runtime consumes,
   * without a colon. @default 'source'
   */
  readonly name?: string
  /**
   * How many items are open at most: taken from the source, and not given back to it. It is also how many are at work at
   * once at most. Integer ≥ 1. @default 16
   */
  readonly lookAhead?: number
  /**
   * How many items of an observable, which cannot be told to wait, may wait besides to be taken. Past it the least urgent
   * one is dropped: its source is told that it is released. Integer ≥ 0. @default 1000
   */
  readonly buffer?: number
  /** What is done for items that have no `work` themselves. @default none: such items are refused */
  readonly work?: SourceItem['work']
  /** The options of items that do not set them themselves. */
  readonly defaults?: ItemOptions
  /**
   * How long to wait before a source that threw is opened again, and before `settle` is called again, by how often it
   * threw in a row. @default { base: '1s', factor: 2, cap: '60s' }
   */
  readonly backoff?: BackoffOptions
  /** How long after its end the source is opened again, as for a list of what is pending. > 0. @default never */
  readonly again?: Duration
  /** How often `settle` is called in all for an item while it throws. Integer ≥ 1. @default 5 */
  readonly settleTries?: number
}

const backoffReaders = {
  base: (value: unknown, path: string) => readDuration(value, path, { finite: true }),
  factor: (value: unknown, path: string) => readNumber(value, path, 1, Number.POSITIVE_INFINITY),
  cap: (value: unknown, path: string) => readDuration(value, path, { finite: true }),
  jitter: (value: unknown, path: string) => readNumber(value, path, 0, 1),
}

const readers = {
  name: (value: unknown, path: string): string => {
    const name = readRunId(readName(value, 'The name of the source'), path)
    if (!name.includes(':')) return readRunId(name, path)
    throw badValue(path, name, 'a text without a colon')
  },
  lookAhead: (value: unknown, path: string) => readInteger(value, path, 1),
  buffer: (value: unknown, path: string) => readInteger(value, path, 0),
  work: (value: unknown, path: string): SourceItem['work'] => {
    if (typeof value === 'function' || isRecord(value)) return value as unknown as SourceItem['work']
    throw badValue(path, value, 'a function or what command() and the like return')
  },
  defaults: (value: unknown, path: string): ItemOptions => {
    for (const field of ['when', 'teardown']) {
      const given = isRecord(value) ? value[field] : undefined
      if (given !== undefined)
        throw badValue(`${path}.${field}`, given, 'left out: items have no dependencies')
    }
    plan({ name: 'items', defaults: value as ItemOptions, tasks: {} })
    return value as ItemOptions
  },
  backoff: (value: unknown, path: string): Backoff => {
    const { base, factor = 2, cap, jitter = 0 } = readGiven(value, backoffReaders, path)
    const baseMs = base ?? Math.min(firstWaitMs, cap ?? firstWaitMs)
    const capMs = cap ?? Math.max(longestWaitMs, baseMs)
    if (baseMs <= capMs) return { baseMs, factor, capMs, jitter }
    throw badValue(`${path}.base`, baseMs, `no more than its cap of ${capMs} ms`)
  },
  again: (value: unknown, path: string) => {
    readTimeout(value, path)
    return readDuration(value, path, { finite: true })
  },
  settleTries: (value: unknown, path: string) => readInteger(value, path, 1),
}

const firstWaitMs = 1_000
const longestWaitMs = 60_000

/** Throws `CONFIG_INVALID`, `DURATION_INVALID`, and `DAG_INVALID` for a name that can be none. */
export function readConsumeOptions(options: ConsumeOptions) {
  const {
    name = 'source',
    lookAhead = 16,
    buffer = 1_000,
    work,
    defaults,
    backoff = { baseMs: firstWaitMs, factor: 2, capMs: longestWaitMs, jitter: 0 },
    again,
    settleTries = 5,
  } = readGiven(options, readers, "consume's options object", '')
  return { name, lookAhead, buffer, work, defaults, backoff, again, settleTries }
}

export type ReadConsumeOptions = ReturnType<typeof readConsumeOptions>
