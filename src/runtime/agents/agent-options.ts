import type { AgentProfile } from '../../../machines/agent.ts'
import { type AllowanceOptions, type Limits, noLimits, readLimits } from '../../agents/limits.ts'
import { type Router, routeByLoad } from '../../agents/router.ts'
import { defaultIdleMs, type StayPolicy } from '../../agents/sessions.ts'
import {
  badValue,
  readDuration,
  readGiven,
  readInteger,
  readMethods,
  readNames,
  readOneOf,
  readText,
} from '../../graph/read-values.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Claims } from '../../ports/claims.ts'
import type { Duration } from '../../time/duration.ts'
import type { CloseSession } from './session-closer.ts'

/** An agent as it registers. */
export interface AgentOptions {
  /** Unique among the agents of a runtime. */
  readonly id: string
  /** What it can do: tasks that require other things do not go to it. @default [] */
  readonly capabilities?: readonly string[]
  /** How many attempts it takes at once; 0 for any number. Integer ≥ 0. @default 1 */
  readonly maxLoad?: number
  /** How long it may be silent before it counts as offline: silence is the time since its last heartbeat. @default '5m' */
  readonly ttl?: Duration
  /** What it may spend. @default anything */
  readonly allowance?: AllowanceOptions
  /**
   * True where its sessions outlive their runs: the next task that it gets, of any run, goes on with one.
   * @default false: they are closed when their run is over
   */
  readonly keep?: boolean
  /** How long a kept session waits before it is closed. @default '10m' */
  readonly idle?: Duration
}

export interface DispatchAttemptOptions {
  /**
   * How often an agent is looked for in all, at once and then after 5, 10, 20 s … Past it the task fails, as a dead letter
   * where there were more than one. Integer ≥ 1, or Infinity. @default 3, so that the last one is after 15 s
   */
  readonly maxAttempts?: number
  /**
   * What happens to a task while nobody who is there could do it: that costs a dispatch attempt, or the task waits for
   * somebody to come. @default 'retry'
   */
  readonly onNoAgent?: 'retry' | 'wait'
  /**
   * What happens to a task while those that could do it have spent their allowance: that costs a dispatch attempt, or the
   * task waits for the next day, or for something to be given back. @default 'wait'
   */
  readonly onQuotaExceeded?: 'retry' | 'wait'
}

export interface AgentsOptions {
  /** The agents that are there from the start. @default [] */
  readonly list?: readonly AgentOptions[]
  /**
   * True where these are all that there are: an agent that a store still has, and that is not in the list, is deregistered.
   * @default false
   */
  readonly onlyListed?: boolean
  /** Who picks an agent for a task. @default by load: the freest one that has what the task requires */
  readonly router?: Router
  /** How long, and how often, an agent is looked for. */
  readonly dispatch?: DispatchAttemptOptions
  /**
   * Called once when a session is closed, to end what it stands for. A failure, or one that takes longer than 10 s, is told
   * as `session.close-failed`. No run waits for it; the shutdown of the runtime does.
   * @default nothing is done
   */
  readonly closeSession?: CloseSession
  /** What a task is claimed in before it is granted, where several coordinators may have the same tasks. @default nothing */
  readonly claims?: Claims
  /** How long a claim may be open. Past it the dispatch attempt has failed, and what comes later is given back. @default '10s' */
  readonly claimTimeout?: Duration
}

export interface ReadAgent {
  readonly id: string
  readonly profile: AgentProfile
  readonly limits: Limits
  /** The allowance as it was given. */
  readonly allowance: AllowanceOptions | undefined
  readonly stay: StayPolicy
}

const defaultTtlMs = 300_000

function readBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  throw badValue(path, value, 'true or false')
}

const agentReaders = {
  id: readText,
  capabilities: readNames,
  maxLoad: (value: unknown, path: string) => readInteger(value, path, 0),
  ttl: (value: unknown, path: string) => readDuration(value, path, { positive: true }),
  allowance: (value: unknown, path: string) => ({
    limits: readLimits(value as AllowanceOptions, path),
    given: value as AllowanceOptions,
  }),
  keep: readBoolean,
  idle: (value: unknown, path: string) => readDuration(value, path, { positive: true }),
}

/** Throws `CONFIG_INVALID` and `DURATION_INVALID`. */
export function readAgent(value: unknown, path: string): ReadAgent {
  const given = readGiven(value, agentReaders, path)
  const { id, capabilities = [], maxLoad = 1, ttl: ttlMs = defaultTtlMs } = given
  if (id === undefined) throw badValue(`${path}.id`, undefined, 'a text of 1 to 200 characters')
  const { limits = noLimits, given: allowance } = given.allowance ?? {}
  const { keep = false, idle: idleMs = defaultIdleMs } = given
  return { id, profile: { capabilities, maxLoad, ttlMs }, limits, allowance, stay: { keep, idleMs } }
}

const waits = (value: unknown, path: string) => readOneOf(value, path, ['retry', 'wait'])

const dispatchReaders = {
  maxAttempts: (value: unknown, path: string) => readInteger(value, path, 1, true),
  onNoAgent: waits,
  onQuotaExceeded: waits,
}

const readers = {
  onlyListed: readBoolean,
  list: (value: unknown, path: string): readonly ReadAgent[] => {
    if (!Array.isArray(value)) throw badValue(path, value, 'a list of agents')
    const list = value.map((one, index) => readAgent(one, `${path}[${index}]`))
    const twice = list.find(({ id }, index) => list.findIndex((other) => other.id === id) < index)
    if (twice === undefined) return list
    throw new DagmarError('CONFIG_INVALID', {
      message: `${path} has the agent '${twice.id}' twice.`,
      facts: { field: path, agentId: twice.id },
    })
  },
  router: (value: unknown, path: string): Router => {
    if (typeof value === 'function') return value as Router
    throw badValue(path, value, 'a function')
  },
  dispatch: (value: unknown, path: string) => readGiven(value, dispatchReaders, path),
  closeSession: (value: unknown, path: string): CloseSession => {
    if (typeof value === 'function') return value as CloseSession
    throw badValue(path, value, 'a function')
  },
  claims: (value: unknown, path: string) =>
    readMethods(value as Claims, path, 'claims', ['claim', 'release', 'holds']),
  claimTimeout: (value: unknown, path: string) => readDuration(value, path, { positive: true }),
}

/** Throws `CONFIG_INVALID` and `DURATION_INVALID`. */
export function readAgents(options: AgentsOptions) {
  const {
    list = [],
    router = routeByLoad,
    dispatch = {},
    closeSession,
    onlyListed = false,
    claims,
    claimTimeout: claimTimeoutMs = 10_000,
  } = readGiven(options, readers, "agents' options object", '')
  const { maxAttempts = 3, onNoAgent = 'retry', onQuotaExceeded = 'wait' } = dispatch
  const claiming = { claims, claimTimeoutMs }
  const dispatching = { maxAttempts, onNoAgent, onQuotaExceeded }
  return { list, onlyListed, router, ...dispatching, closeSession, ...claiming }
}

export type ReadAgents = ReturnType<typeof readAgents>
