import { DagmarError } from '../errors/dagmar-error.ts'
import { showMs } from '../time/show-ms.ts'
import type { JournalWriter } from './commit/journal-writer.ts'

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
