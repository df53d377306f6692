import { DagmarError } from '../../errors/dagmar-error.ts'
import { asError } from '../../errors/foreign-value.ts'

/** What the file system throws, as a store says it. What is dagmar's own stays as it is. */
export function journalError(path: string, thrown: unknown, doing: string): Error {
  if (thrown instanceof DagmarError) return thrown
  const cause = asError(thrown)
  const { code } = cause as NodeJS.ErrnoException
  return new DagmarError('STORE_UNAVAILABLE', {
    message: `The journal ${path} could not be ${doing}: ${cause.message}.`,
    facts: { path, ...(code === undefined ? {} : { code }) },
    cause,
  })
}
