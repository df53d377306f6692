import { describe, expect, it } from 'vitest'
import type { AgentProfile } from '../../machines/agent.ts'
import { minute, noon, registry } from './agents.ts'

const ttlMs = 5 * minute
const profile = (over: Partial<AgentProfile> = {}): AgentProfile => ({
  capabilities: ['write'],
  maxLoad: 2,
  ttlMs,
  ...over,
})

function withAgent(over?: Partial<AgentProfile>) {
  const made = registry()
  made.registry.register('a', profile(over), noon)
  made.told.news()
  return { ...made, agent: made.registry.get('a')! }
}

describe('an agent that registers', () => {
  it('is available, without a load, and has given its first sign', () => {
    const { registry: all, told } = registry()
    all.register('a', profile(), noon)
    expect(all.get('a')).toMatchObject({
      id: 'a',
      capabilities: ['write'],
      status: 'available',
      load: 0,
      maxLoad: 2,
      lastHeartbeatAt: noon,
    })
    expect(told.news()).toEqual(['agent.registered'])
  })

  it('again is replaced, and keeps its load', () => {
    const { registry: all, agent, told } = withAgent()
    all.take('a', noon)
    all.register('a', profile({ capabilities: ['read'], maxLoad: 1 }), noon + 1)
    expect(agent).toMatchObject({ capabilities: ['read'], maxLoad: 1, load: 1, status: 'busy' })
    expect(told.news()).toEqual(['agent.registered', 'agent.busy'])
    all.register('a', profile({ maxLoad: 0 }), noon + 2)
    expect(agent).toMatchObject({ load: 1, status: 'available', lastHeartbeatAt: noon + 2 })
    expect(told.news()).toEqual(['agent.registered', 'agent.available'])
  })

  it('again after it went offline is available', () => {
    const { registry: all, agent, told } = withAgent()
    all.reap(noon + ttlMs + 1)
    told.news()
    all.register('a', profile(), noon + ttlMs + 2)
    expect(agent.status).toBe('available')
    expect(told.news()).toEqual(['agent.registered', 'agent.available'])
  })
})

describe('the load of an agent', () => {
  it('makes it busy when it has as many attempts as it takes, and available when one of them is over', () => {
    const { registry: all, agent, told } = withAgent()
    all.take('a', noon)
    expect([agent.status, agent.load]).toEqual(['available', 1])
    all.take('a', noon)
    expect([agent.status, agent.load]).toEqual(['busy', 2])
    all.give('a', noon)
    expect([agent.status, agent.load]).toEqual(['available', 1])
    expect(told.news()).toEqual(['agent.busy', 'agent.available'])
  })

  it('never makes it busy where maxLoad is 0', () => {
    const { registry: all, agent } = withAgent({ maxLoad: 0 })
    for (let taken = 0; taken < 1_000; taken++) all.take('a', noon)
    expect([agent.status, agent.load]).toEqual(['available', 1_000])
  })
})

describe('a silent agent', () => {
  it('goes offline when its silence is strictly longer than the TTL', () => {
    const { registry: all, agent, told } = withAgent()
    expect(all.dueAt).toBe(noon + ttlMs + 1)
    all.reap(noon + ttlMs)
    expect(agent.status).toBe('available')
    all.reap(noon + ttlMs + 1)
    expect(agent.status).toBe('offline')
    expect(told.facts.at(-1)).toMatchObject({ type: 'agent.offline', agentId: 'a', silentMs: ttlMs + 1 })
    expect(all.dueAt).toBe(Number.POSITIVE_INFINITY)
  })

  it('goes offline also when it is busy, keeps its load, and is busy again with the next heartbeat', () => {
    const { registry: all, agent } = withAgent({ maxLoad: 1 })
    all.take('a', noon)
    all.reap(noon + ttlMs + 1)
    expect([agent.status, agent.load]).toEqual(['offline', 1])
    all.heartbeat('a', noon + ttlMs + 2)
    expect(agent.status).toBe('busy')
    all.give('a', noon + ttlMs + 3)
    expect([agent.status, agent.load]).toEqual(['available', 0])
  })

  it('stays as long as it gives signs, and a heartbeat brings it back', () => {
    const { registry: all, agent, told } = withAgent()
    all.heartbeat('a', noon + ttlMs)
    all.reap(noon + ttlMs + 1)
    expect(agent.status).toBe('available')
    expect(all.dueAt).toBe(noon + 2 * ttlMs + 1)
    all.reap(noon + 2 * ttlMs + 1)
    expect(agent.status).toBe('offline')
    told.news()
    all.heartbeat('a', noon + 3 * ttlMs)
    expect(agent.status).toBe('available')
    expect(told.news()).toEqual(['agent.available'])
    expect(all.dueAt).toBe(noon + 4 * ttlMs + 1)
  })

  it('may be silent for ever without a TTL', () => {
    const { registry: all, agent } = withAgent({ ttlMs: Number.POSITIVE_INFINITY })
    expect(all.dueAt).toBe(Number.POSITIVE_INFINITY)
    all.reap(noon + 1e12)
    expect(agent.status).toBe('available')
  })
})

describe('a busy agent', () => {
  it('stays busy with a heartbeat', () => {
    const { registry: all, agent, told } = withAgent({ maxLoad: 1 })
    all.take('a', noon)
    told.news()
    all.heartbeat('a', noon + 1)
    expect([agent.status, agent.lastHeartbeatAt]).toEqual(['busy', noon + 1])
    expect(told.news()).toEqual([])
  })
})

describe('an agent that nobody knows', () => {
  it('is neither heard nor deregistered', () => {
    const { registry: all, told } = withAgent()
    expect(all.heartbeat('b', noon)).toBe(false)
    expect(all.deregister('b', noon)).toBe(false)
    expect(told.news()).toEqual([])
  })

  it('is one that has deregistered', () => {
    const { registry: all, told } = withAgent()
    expect(all.deregister('a', noon)).toBe(true)
    expect(told.news()).toEqual(['agent.deregistered'])
    expect(all.heartbeat('a', noon)).toBe(false)
    all.give('a', noon)
    expect(all.all).toEqual([])
  })
})

it('lists agents in the order of their ids', () => {
  const { registry: all } = registry()
  for (const id of ['b', 'c', 'a', 'B']) all.register(id, profile(), noon)
  expect(all.all.map(({ id }) => id)).toEqual(['B', 'a', 'b', 'c'])
})
