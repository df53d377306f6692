import type { JobSummary } from '../../jobs/job.ts'
import { listed } from '../../text/listed.ts'
import { tickingTime } from '../view/show-time.ts'

/** What a job waits for that has not started. */
export function waitingWords(
  { status, after = [], notBefore = 0, message }: JobSummary,
  now: number,
): string {
  if (status === 'paused') return 'is paused before it has started'
  if (status === 'starting') return 'starts'
  if (notBefore > now) return `starts in ${tickingTime(notBefore - now + 999)}`
  if (message !== '') return message
  return after.length > 0 ? `waits for ${listed(after)}` : 'waits for a slot'
}
