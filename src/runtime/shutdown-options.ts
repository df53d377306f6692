import { DagmarError } from '../errors/dagmar-error.ts'
import { readDuration, readFields, readOneOf } from '../graph/read-values.ts'
import { type Duration, showMs } from '../time/duration.ts'
import type { JournalWriter } from './commit/journal-writer.ts'
import { defaultStoreTimeoutMs } from './runtime-actor.ts'

export interface ShutdownOptions {
  /** Whether live attempts may finish. @default 'drain' */
  readonly mode?: 'drain' | 'kill'
  /** The longest that the store may take to answer an append, from now on. > 0. @default '30s' */
  readonly storeTimeout?: Duration
}

const known: ReadonlySet<string> = new Set(['mode', 'storeTimeout'])

export function readShutdownOptions(options: ShutdownOptions): {
  readonly mode: 'drain' | 'kill'
  readonly storeTimeoutMs: number
} {
  readFields(options, "shutdown's options object", known)
  const { mode = 'drain', storeTimeout = defaultStoreTimeoutMs } = options
  return {
    mode: readOneOf(mode, 'mode', ['drain', 'kill']),
    storeTimeoutMs: readDuration(storeTimeout, 'storeTimeout', { positive: true }),
  }
}

/** The error of a shutdown during which the store was given up. */
export function storeSilent(unwritten: JournalWriter['unwritten'], ms: number): DagmarError {
  const runs = unwritten.map(({ runId, from, to }) => `facts ${from} to ${to} of the run ${runId}`)
  const more = runs.length > 5 ? `, and those of ${runs.length - 5} more runs` : ''
  return new DagmarError('STORE_SILENT', {
    message: `The store did not answer within ${showMs(ms)}. It may not have written ${runs.slice(0, 5).join(', ')}${more}.`,
    hint: 'Their runs have failed with STORE_FAILED; recover them from what their journals hold.',
    facts: { unwritten },
  })
}
