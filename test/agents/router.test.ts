import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentView } from '../../src/agents/registry.ts'
import { routeByLoad, type RoutedTask, unfitnessOf } from '../../src/agents/router.ts'
import { law } from '../laws/law.ts'

const agent = (id: string, load = 0, maxLoad = 10, over: Partial<AgentView> = {}): AgentView => ({
  id,
  capabilities: ['write'],
  status: maxLoad > 0 && load >= maxLoad ? 'busy' : 'available',
  load,
  maxLoad,
  lastHeartbeatAt: 0,
  ...over,
})

const task = (over: Partial<RoutedTask> = {}): RoutedTask => ({
  runId: 'run',
  taskId: 'task',
  priority: 0,
  requires: [],
  model: undefined,
  failedWith: new Set(),
  hasSession: () => false,
  ...over,
})

const critical = task({ priority: 100 })

describe('the router by load', () => {
  it('picks the agent with the highest 1 − load/maxLoad', () => {
    expect(routeByLoad(task(), [agent('a', 3), agent('b', 1), agent('c', 5)])).toBe('b')
    expect(routeByLoad(task(), [agent('a', 1, 4), agent('b', 2, 10)])).toBe('b')
  })

  it('counts one without a limit as free', () => {
    expect(routeByLoad(task(), [agent('a', 1, 10), agent('b', 7, 0)])).toBe('b')
  })

  it('picks the lowest absolute load for a critical task', () => {
    expect(routeByLoad(critical, [agent('a', 1, 2), agent('b', 2, 100)])).toBe('a')
    expect(routeByLoad(task({ priority: 99 }), [agent('a', 1, 2), agent('b', 2, 100)])).toBe('b')
  })

  it('goes by id where agents are equal, whatever their order', () => {
    for (const given of [task(), critical]) {
      expect(routeByLoad(given, [agent('b'), agent('a'), agent('c')])).toBe('a')
    }
  })

  it('asks nobody who is offline, full, or lacks a capability', () => {
    const offline = agent('a', 0, 10, { status: 'offline' })
    expect(routeByLoad(task(), [offline, agent('b', 10)])).toBeUndefined()
    expect(routeByLoad(task({ requires: ['write', 'read'] }), [agent('a')])).toBeUndefined()
    const both = agent('b', 9, 10, { capabilities: ['read', 'other', 'write'] })
    expect(routeByLoad(task({ requires: ['write', 'read'] }), [agent('a'), both])).toBe('b')
  })

  it('prefers agents that have not failed the task, and takes one that has when there is no other', () => {
    const failed = task({ failedWith: new Set(['a']) })
    expect(routeByLoad(failed, [agent('a'), agent('b', 9)])).toBe('b')
    expect(routeByLoad(failed, [agent('a'), agent('b', 10)])).toBe('a')
  })

  it('says of each agent why it cannot take a task', () => {
    expect(unfitnessOf(agent('a', 10, 10, { status: 'offline' }), ['no'])).toBe('offline')
    expect(unfitnessOf(agent('a', 10), ['no'])).toBe('incapable')
    expect(unfitnessOf(agent('a', 10), ['write'])).toBe('full')
    expect(unfitnessOf(agent('a', 9), ['write'])).toBeUndefined()
  })
})

const names = ['a', 'b', 'c', 'd', 'e']
const capabilities = fc.subarray(['read', 'write', 'test'])
const anyAgents = fc
  .subarray(names)
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc
          .tuple(fc.nat(4), fc.nat(4), capabilities, fc.boolean())
          .map(([load, maxLoad, can, isOffline]) =>
            agent(id, load, maxLoad, { capabilities: can, ...(isOffline ? { status: 'offline' } : {}) }),
          ),
      ),
    ),
  )
const anyTask = fc
  .record({ priority: fc.constantFrom(0, 99, 100, 500), requires: capabilities, failed: fc.subarray(names) })
  .map(({ priority, requires, failed }) => task({ priority, requires, failedWith: new Set(failed) }))

describe('over any agents and tasks', () => {
  law(
    'a task goes to an agent that is not offline, has what it requires, and has room',
    fc.tuple(anyTask, anyAgents),
    ([given, agents]) => {
      const fit = agents.filter((one) => unfitnessOf(one, given.requires) === undefined)
      const picked = routeByLoad(given, agents)
      expect(picked === undefined).toBe(fit.length === 0)
      if (picked !== undefined) expect(fit.map(({ id }) => id)).toContain(picked)
    },
  )

  law(
    'nobody is freer than whom the router picks, of those that have failed the task as little, and ties go by id',
    fc.tuple(anyTask, anyAgents),
    ([given, agents]) => {
      const freedom = ({ load, maxLoad }: AgentView): number =>
        given.priority >= 100 ? -load : maxLoad === 0 ? 1 : (maxLoad - load) / maxLoad
      const best = agents
        .filter((one) => unfitnessOf(one, given.requires) === undefined)
        .toSorted(
          (a, b) =>
            Number(given.failedWith.has(a.id)) - Number(given.failedWith.has(b.id)) ||
            freedom(b) - freedom(a) ||
            (a.id < b.id ? -1 : 1),
        )
      expect(routeByLoad(given, agents)).toBe(best[0]?.id)
    },
  )

  law(
    'the order in which agents are listed changes nothing',
    fc.tuple(anyTask, anyAgents),
    ([given, agents]) => {
      expect(routeByLoad(given, agents.toReversed())).toBe(routeByLoad(given, agents))
    },
  )
})
