import type { AgentFact } from '../../../events/agent-facts.ts'
import { withNoun } from '../../../text/with-noun.ts'
import { showMs } from '../../../time/show-ms.ts'

/** What a fact says of its agent, to follow its id or to stand alone. */
export function agentFactInWords(fact: AgentFact): string {
  switch (fact.type) {
    case 'agent.registered':
      return 'registered'
    case 'agent.deregistered':
      return 'gone'
    case 'agent.available':
    case 'agent.busy':
      return fact.type.slice('agent.'.length)
    case 'agent.offline':
      return `offline: silent for ${showMs(fact.silentMs)}`
    case 'quota.warning':
    case 'quota.exceeded': {
      const { limit, model, used, most } = fact
      const what = limit === 'dailyJobs' ? 'attempts' : model === undefined ? 'tokens' : `tokens of ${model}`
      const rest = fact.type === 'quota.exceeded' ? ': nothing is left' : ''
      return `has used ${used.toLocaleString('en')} of ${most.toLocaleString('en')} ${what} today${rest}`
    }
    case 'session.opened':
      return `leaves the session ${fact.sessionId} with ${fact.taskId}`
    case 'session.taken':
      return `goes on with the session ${fact.sessionId} for ${fact.taskId}`
    case 'session.freed':
      return `the session ${fact.sessionId} waits`
    case 'session.closed':
      return `the session ${fact.sessionId} is closed: ${fact.why}`
    case 'session.close-failed':
      return `the session ${fact.sessionId} was not closed: ${fact.message}`
    case 'usage.recorded': {
      const { of, taskId, attempt, tokens = 0, model, costUsd, returned = 0 } = fact
      if (of === 'started') return `takes ${taskId}, attempt ${attempt}`
      if (of === 'reported') {
        const cost = costUsd === undefined ? '' : `, $${costUsd.toFixed(2)}`
        return `uses ${withNoun(tokens, 'token')}${model === undefined ? '' : ` of ${model}`}${cost} for ${taskId}`
      }
      return `${taskId}: ${of}${returned > 0 ? `, ${withNoun(returned, 'token')} returned` : ''}`
    }
  }
}
