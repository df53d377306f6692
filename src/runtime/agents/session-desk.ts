import type { AllowanceOptions } from '../../agents/limits.ts'
import type { RegisteredMore } from '../../agents/registry.ts'
import type { StayPolicy } from '../../agents/sessions.ts'
import type { Clock } from '../../time/clock.ts'
import type { AgentLog } from './agent-log.ts'
import { type CloseSession, SessionCloser } from './session-closer.ts'

/** What the fact of a registration says beside the profile. */
export function registeredMore(
  allowance: AllowanceOptions | undefined,
  { keep, idleMs }: StayPolicy,
): RegisteredMore {
  return {
    ...(allowance === undefined ? {} : { allowance: allowance as Readonly<Record<string, unknown>> }),
    ...(keep ? { keep } : {}),
    ...(keep && idleMs !== Number.POSITIVE_INFINITY ? { idleMs } : {}),
  }
}

/** Has sessions closed once it is safe that they are. `failed` is called in a step of its own. */
export function closerFor(
  close: CloseSession,
  log: AgentLog,
  clock: () => Clock,
  step: (change: (at: number) => void) => void,
): SessionCloser {
  const closer = new SessionCloser(close, clock, ({ agentId, id: sessionId }, message) =>
    step((at) => log.tell({ type: 'session.close-failed', agentId, sessionId, message }, at)),
  )
  log.events$.subscribe((fact) => {
    if (fact.type === 'session.closed') closer.close(fact.agentId, fact.sessionId, fact.why)
  })
  return closer
}
