import { routeByLoad, type Router } from 'dagmar/agents'
import { describe, expect } from 'vitest'
import { law } from './law.ts'
import { anyCase, play } from './play-agents.ts'

const limitOf = (limit: number | undefined): number =>
  limit === undefined || limit === 0 ? Number.POSITIVE_INFINITY : limit

describe('agents, whatever happens', () => {
  law(
    'load equals the live tasks of the agent at every fact',
    anyCase,
    async (given) => {
      await play(given, ({ team, open, facts }) => {
        const having = new Map<string, string>()
        for (const fact of facts) {
          if (fact.type === 'task.dispatched') having.set(`${fact.taskId}/${fact.attempt}`, fact.agentId!)
        }
        for (const { id, load, jobs } of team.list()) {
          const own = open().filter((name) => having.get(name) === id)
          expect(load).toBe(own.length)
          expect(jobs.map(({ taskId, attempt }) => `${taskId}/${attempt}`).toSorted()).toEqual(own.toSorted())
        }
      })
    },
    0.4,
  )

  law(
    'every reservation is committed or refunded exactly once',
    anyCase,
    async (given) => {
      const { agentFacts, team } = await play(given, () => undefined)
      const open = new Set<string>()
      for (const fact of agentFacts) {
        if (fact.type !== 'usage.recorded') continue
        const key = `${fact.taskId}/${fact.attempt} ${fact.agentId}`
        if (fact.of === 'started') {
          expect(open.has(key)).toBe(false)
          open.add(key)
        } else if (fact.of === 'reported') expect(open.has(key)).toBe(true)
        else expect(open.delete(key)).toBe(true)
      }
      expect([...open]).toEqual([])
      expect(team.usage().map(({ activeJobs }) => activeJobs)).toEqual(team.usage().map(() => 0))
    },
    0.4,
  )

  law(
    'jobs and active jobs of an allowance never exceed a limit at any fact',
    anyCase,
    async (given) => {
      // An agent that registers again may bring another limit: those of the list alone are judged.
      const steps = given.steps.filter((step) => step.do !== 'register')
      await play({ ...given, steps }, ({ team }) => {
        for (const { id, allowance } of given.list) {
          const usage = team.usage().find(({ agentId }) => agentId === id)
          if (usage === undefined) continue
          expect(usage.jobs).toBeLessThanOrEqual(limitOf(allowance?.dailyJobs))
          expect(usage.activeJobs).toBeLessThanOrEqual(limitOf(allowance?.concurrentJobs))
        }
      })
    },
    0.4,
  )

  law(
    'an agent is given only what it can do, and no more than it takes',
    anyCase,
    async (given) => {
      const { facts, agentFacts } = await play(given, ({ team }) => {
        for (const { load, maxLoad, status } of team.list()) {
          if (maxLoad > 0 && status === 'available') expect(load).toBeLessThan(maxLoad)
        }
      })
      const can = new Map<string, Set<string>>()
      for (const fact of agentFacts) {
        if (fact.type !== 'agent.registered') continue
        const known = can.get(fact.agentId) ?? new Set()
        for (const capability of fact.capabilities) known.add(capability)
        can.set(fact.agentId, known)
      }
      for (const fact of facts) {
        if (fact.type !== 'task.dispatched' || fact.agentId === undefined) continue
        const task = given.tasks[Number(fact.taskId.slice(1))]!
        for (const capability of task.requires ?? []) expect(can.get(fact.agentId)).toContain(capability)
        const { agent, fallback = [] } = task
        if (agent !== undefined) expect([agent, ...fallback]).toContain(fact.agentId)
      }
    },
    0.4,
  )

  law(
    'an agent is the one that the router picks among all, though not all of them are looked at',
    anyCase,
    async (given) => {
      const looking: Router = (task, all) => routeByLoad(task, all)
      const [quick, slow] = [
        await play(given, () => undefined),
        await play({ ...given, router: looking }, () => undefined),
      ]
      expect(quick.facts).toEqual(slow.facts)
      expect(quick.agentFacts).toEqual(slow.agentFacts)
    },
    0.4,
  )
})
