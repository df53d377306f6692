import type { StateModel } from '../../protocol.ts'
import { agents, isFollowing, link, logs } from '../state/shown.ts'
import type { ActorLook } from '../statechart/shown-actor.ts'
import { agentNow } from './agents-state.ts'

interface AgentLook extends Pick<ActorLook, 'active' | 'taken' | 'event'> {
  readonly root: StateModel
}

/** The actor of an agent at the instant that is looked at; `event` is what it took last, if the program says so. */
export function agentLook(id: string): AgentLook | undefined {
  void agents()
  const log = logs.get('.agents')
  const machine = log?.machines.get('agent')
  const { status } = agentNow(id)
  if (machine === undefined || status === 'gone' || status === 'unknown') return undefined
  const state = `agent.${status}`
  const snapshots = log?.snapshots.get(`agent/${id}`) ?? []
  const [before, last] = [snapshots.at(-2)?.active.at(-1), snapshots.at(-1)]
  const isTold = isFollowing.value && link.value.state === 'live' && last?.active.includes(state) === true
  const event = isTold ? last.event : undefined
  return {
    root: machine.root,
    active: ['agent', state],
    taken:
      event === undefined || before === undefined
        ? []
        : [{ source: before, targets: before === state ? [] : [state], events: [event] }],
    event,
  }
}
