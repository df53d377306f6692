import { badValue } from '../graph/read-values.ts'
import { isSessionId, whatSessionIdsAre } from '../text/session-id.ts'

/** Throws `CONFIG_INVALID` for what can be no id of a session. */
export function readSessionId(value: unknown): string {
  if (isSessionId(value)) return value
  throw badValue('session', value, whatSessionIdsAre)
}
