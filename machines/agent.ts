import { setup } from 'xstate'
import { seam } from './seam.ts'

/** The states of an agent: whether it may be given another task. */
export type AgentStatus = 'available' | 'busy' | 'offline'

/** What an agent says of itself when it registers. */
export interface AgentProfile {
  readonly capabilities: readonly string[]
  /** How many tasks it takes at once; 0 for any number. */
  readonly maxLoad: number
  /** The longest silence, in milliseconds, after which it still counts as there; `Infinity` for any. */
  readonly ttlMs: number
}

export interface AgentContext extends AgentProfile {
  readonly id: string
  capabilities: readonly string[]
  maxLoad: number
  ttlMs: number
  status: AgentStatus
  /** How many live attempts it has. */
  load: number
  /** The instant of its last sign, epoch ms: its registration is the first. */
  lastHeartbeatAt: number
}

export type AgentEvent =
  /** It registers again, with another profile. */
  | { readonly type: 'agent.register'; readonly at: number; readonly profile: AgentProfile }
  | { readonly type: 'agent.heartbeat'; readonly at: number }
  /** An attempt was granted to it. */
  | { readonly type: 'agent.take'; readonly at: number }
  /** An attempt of it is over. */
  | { readonly type: 'agent.give'; readonly at: number }
  /** The instant has come at which its silence may have lasted too long. */
  | { readonly type: 'agent.due'; readonly at: number }

interface Args {
  readonly context: AgentContext
  readonly event: AgentEvent
}

const isFullAt = (load: number, maxLoad: number): boolean => maxLoad > 0 && load >= maxLoad

const enter =
  (status: AgentStatus) =>
  ({ context }: { readonly context: AgentContext }): void => {
    context.status = status
  }

/** The first instant, in whole milliseconds, at which the agent has been silent for longer than it may. */
export function agentDueAt({ status, lastHeartbeatAt, ttlMs }: AgentContext): number {
  return status === 'offline' ? Number.POSITIVE_INFINITY : lastHeartbeatAt + ttlMs + 1
}

/**
 * The life of one agent while it is registered. It is busy when it has as many live attempts as it takes, and offline when
 * it has been silent for too long, whether busy or not: then it is given nothing more, and what it has goes on.
 */
export const agentMachine = setup({
  types: {} as { context: AgentContext; input: AgentContext; events: AgentEvent },
  guards: {
    fills: ({ context }) => isFullAt(context.load + 1, context.maxLoad),
    staysFull: ({ context }) => isFullAt(context.load - 1, context.maxLoad),
    isFull: ({ context }) => isFullAt(context.load, context.maxLoad),
    isFullAgain: ({ context, event }) =>
      event.type === 'agent.register' && isFullAt(context.load, event.profile.maxLoad),
    isSilent: ({ context, event }) => event.at - context.lastHeartbeatAt > context.ttlMs,
  },
  actions: {
    enterAvailable: enter('available'),
    enterBusy: enter('busy'),
    enterOffline: enter('offline'),
    noteTaken: ({ context }) => {
      context.load++
    },
    noteGiven: ({ context }) => {
      context.load--
    },
    noteSign: ({ context, event }) => {
      context.lastHeartbeatAt = event.at
    },
    noteProfile: ({ context, event }: Args) => {
      if (event.type !== 'agent.register') return
      context.capabilities = event.profile.capabilities
      context.maxLoad = event.profile.maxLoad
      context.ttlMs = event.profile.ttlMs
      context.lastHeartbeatAt = event.at
    },
    tellAvailable: seam,
    tellBusy: seam,
    tellOffline: seam,
  },
}).createMachine({
  id: 'agent',
  initial: 'available',
  context: ({ input }) => input,
  states: {
    available: {
      entry: 'enterAvailable',
      on: {
        'agent.take': [
          { guard: 'fills', target: 'busy', actions: ['noteTaken', 'tellBusy'] },
          { actions: 'noteTaken' },
        ],
        'agent.give': { actions: 'noteGiven' },
        'agent.heartbeat': { actions: 'noteSign' },
        'agent.register': [
          { guard: 'isFullAgain', target: 'busy', actions: ['noteProfile', 'tellBusy'] },
          { actions: 'noteProfile' },
        ],
        'agent.due': { guard: 'isSilent', target: 'offline', actions: 'tellOffline' },
      },
    },
    busy: {
      entry: 'enterBusy',
      on: {
        'agent.take': { actions: 'noteTaken' },
        'agent.give': [
          { guard: 'staysFull', actions: 'noteGiven' },
          { target: 'available', actions: ['noteGiven', 'tellAvailable'] },
        ],
        'agent.heartbeat': { actions: 'noteSign' },
        'agent.register': [
          { guard: 'isFullAgain', actions: 'noteProfile' },
          { target: 'available', actions: ['noteProfile', 'tellAvailable'] },
        ],
        'agent.due': { guard: 'isSilent', target: 'offline', actions: 'tellOffline' },
      },
    },
    offline: {
      entry: 'enterOffline',
      on: {
        'agent.take': { actions: 'noteTaken' },
        'agent.give': { actions: 'noteGiven' },
        'agent.heartbeat': [
          { guard: 'isFull', target: 'busy', actions: ['noteSign', 'tellBusy'] },
          { target: 'available', actions: ['noteSign', 'tellAvailable'] },
        ],
        'agent.register': [
          { guard: 'isFullAgain', target: 'busy', actions: ['noteProfile', 'tellBusy'] },
          { target: 'available', actions: ['noteProfile', 'tellAvailable'] },
        ],
      },
    },
  },
})
