import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import { showMs } from '../../time/show-ms.ts'
import type { ExploredRun } from '../explore/explored-run.ts'

/** How a task ended that did not complete. */
export interface TaskEnd {
  readonly taskId: TaskId
  /** To follow `it`: `is a dead letter after 15.0 s`. */
  readonly how: string
  /** How many attempts it had. */
  readonly attempts: number
}

/** The tasks because of which a run did not complete. */
export function endsIn({ result, facts }: ExploredRun): readonly TaskEnd[] {
  if (result === undefined || result.status === 'completed') return []
  if (result.failure?.code === 'RUN_TIMEOUT') {
    return Object.entries(result.outcomes)
      .filter(([, { status }]) => status === 'killed')
      .map(([taskId]) => ({ taskId, how: "is not over when the run's timeout comes", attempts: 0 }))
  }
  return result.rootCauses.map(({ taskId, failure: { code } }) => {
    const own = facts.filter((fact) => fact.taskId === taskId)
    const attempts = own.filter(({ type }) => type === 'task.dispatched').length
    const waitedMs = soughtFor(own)
    if (waitedMs === undefined) {
      const times = attempts === 1 ? 'its only attempt' : `${attempts} attempts`
      return { taskId, how: `fails with ${code} after ${times}`, attempts }
    }
    const isLetter = own.some(({ type }) => type === 'task.dead-lettered')
    const what = isLetter ? 'is a dead letter' : `fails with ${code}`
    return { taskId, how: `${what} ${waitedMs === 0 ? 'at once' : `after ${showMs(waitedMs)}`}`, attempts }
  })
}

/** How long an agent was looked for in vain. Undefined for a task that failed with its agent. */
function soughtFor(own: readonly RunFact[]): number | undefined {
  const granted = own.findLastIndex(({ type }) => type === 'task.dispatched')
  const refused = own.find(
    ({ type }, index) =>
      index > granted && (type === 'dispatch.no-agent' || type === 'dispatch.quota-exceeded'),
  )
  const failed = own.findLast(({ type }) => type === 'task.failed')
  return refused === undefined || failed === undefined ? undefined : failed.at - refused.at
}
