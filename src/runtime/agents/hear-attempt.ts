import type { Allowance } from '../../agents/allowance.ts'
import type { Sessions } from '../../agents/sessions.ts'
import type { AgentJob } from '../../events/agent-facts.ts'
import { readUsage } from '../../executors/usage.ts'
import type { ReportedUsage } from '../../graph/handler.ts'
import { isSessionId, whatSessionIdsAre } from '../../text/session-id.ts'
import type { AgentReport } from '../admission/agent-desk.ts'
import type { LiveTask } from '../run/live-task.ts'
import { endJob, type OwnPart, ownPart, warn } from './place-task.ts'

/** An attempt that an agent has says something that is about the agent. */
export function hearAttempt(
  { allowance, sessions }: { readonly allowance: Allowance; readonly sessions: Sessions },
  live: LiveTask,
  report: AgentReport,
  at: number,
): void {
  const part: OwnPart | undefined = ownPart(live)
  const { agentId, job } = part ?? {}
  if (agentId === undefined || job === undefined) return
  if (report.type === 'attempt.session') {
    const fault = leaveSession(sessions, agentId, job, report.session, at)
    if (fault !== undefined) warn(live, fault)
    return
  }
  const charged = allowance.charge(job, safeUsage(report.usage), at)
  if (charged?.isOverrun !== true || part.isOver) return
  part.isOver = true
  const { onOverrun } = allowance.account(agentId, at).limits
  if (onOverrun === 'kill') endJob(live, 'overrun')
  else warn(live, `It has used more than its agent ${agentId} may spend today.`)
}

/** Of executors that others have written: what is no amount counts for nothing. */
function safeUsage(usage: ReportedUsage): ReportedUsage {
  try {
    return readUsage(usage)
  } catch {
    return {}
  }
}

/** Returns what is wrong where it cannot be left. */
function leaveSession(
  sessions: Sessions,
  agentId: string,
  job: AgentJob,
  id: unknown,
  at: number,
): string | undefined {
  if (!isSessionId(id)) return `The session that it leaves is not ${whatSessionIdsAre}: it is not kept.`
  if (sessions.open(agentId, job, id, at)) return undefined
  return `The session ${id} of ${agentId} is not its own: another attempt has left it.`
}
