import { DagmarError } from '../../errors/dagmar-error.ts'
import { asError } from '../../errors/foreign-value.ts'

const busy = 5
const corrupt = 11
const notADatabase = 26

/** True for what passes when another process has finished with the database. */
export function isLocked(thrown: unknown): boolean {
  return resultCodeOf(thrown) === busy
}

/** What SQLite throws, as a store says it. What is dagmar's own stays as it is. */
export function databaseError(path: string, thrown: unknown, doing: string): Error {
  if (thrown instanceof DagmarError) return thrown
  const cause = asError(thrown)
  const code = resultCodeOf(thrown)
  const facts = { path, ...(code === undefined ? {} : { sqlite: code }) }
  if (code === corrupt || code === notADatabase) {
    return new DagmarError('STORE_DAMAGED', {
      message: `The database ${path} is damaged, or none: ${cause.message}.`,
      hint: "Put back a copy of it; sqlite3's .recover saves what can be read.",
      facts,
      cause,
    })
  }
  return new DagmarError('STORE_UNAVAILABLE', {
    message: `The database ${path} could not be ${doing}: ${cause.message}.`,
    facts,
    cause,
  })
}

/** SQLite's own number for what went wrong, which the drivers put in different places. */
function resultCodeOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { errcode, rawCode } = thrown as { readonly errcode?: unknown; readonly rawCode?: unknown }
  const code = errcode ?? rawCode
  return typeof code === 'number' ? code & 0xff : undefined
}
