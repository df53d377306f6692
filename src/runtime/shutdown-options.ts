import { readGiven, readOneOf, readTimeout } from '../graph/read-values.ts'
import type { Duration } from '../time/duration.ts'
import { defaultStoreTimeoutMs } from './runtime-actor.ts'

export interface ShutdownOptions {
  /** Whether live attempts may finish. @default 'drain' */
  readonly mode?: 'drain' | 'kill'
  /** The longest that the store may take to answer an append, from now on. > 0. @default '30s' */
  readonly storeTimeout?: Duration
}

const readers = {
  mode: (value: unknown, path: string) => readOneOf(value, path, ['drain', 'kill']),
  storeTimeout: readTimeout,
}

export function readShutdownOptions(options: ShutdownOptions): {
  readonly mode: 'drain' | 'kill'
  readonly storeTimeoutMs: number
} {
  const { mode = 'drain', storeTimeout: storeTimeoutMs = defaultStoreTimeoutMs } = readGiven(
    options,
    readers,
    "shutdown's options object",
    '',
  )
  return { mode, storeTimeoutMs }
}
