import { agents, isFollowing, link, logs } from '../state/shown.ts'
import type { ActorLook } from '../statechart/shown-actor.ts'
import { agentNow } from './agents-state.ts'

/** The actor of an agent at the instant that is looked at. */
export function agentLook(id: string): ActorLook | undefined {
  void agents()
  const log = logs.get('.agents')
  const machine = log?.machines.get('agent')
  const { status } = agentNow(id)
  if (machine === undefined || status === 'gone' || status === 'unknown') return undefined
  const actor = `agent/${id}`
  const state = `agent.${status}`
  const snapshots = log?.snapshots.get(actor) ?? []
  const [before, last] = [snapshots.at(-2)?.active.at(-1), snapshots.at(-1)]
  const isTold = isFollowing.value && link.value.state === 'live' && last?.active.includes(state) === true
  const event = isTold ? last.event : undefined
  return {
    actor,
    machine,
    active: ['agent', state],
    taken:
      event === undefined || before === undefined
        ? []
        : [{ source: before, targets: before === state ? [] : [state], events: [event] }],
    event,
    isIgnored: false,
    context: undefined,
    accepts: [],
    isFromFacts: !isTold,
    note: undefined,
  }
}
