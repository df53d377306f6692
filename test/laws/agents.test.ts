import {
  type Agents,
  agents,
  type AgentFact,
  type AgentOptions,
  memoryClaims,
  routeByLoad,
  type Router,
} from 'dagmar/agents'
import { createRuntime, memoryStore, plan, type RunFact, SimulatedClock, type TaskDefinition } from 'dagmar'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { law } from './law.ts'

const ids = ['ada', 'bob', 'cyd'] as const
const skills = ['read', 'write'] as const

const anyAgent = (id: string): fc.Arbitrary<AgentOptions> =>
  fc.record({
    id: fc.constant(id),
    capabilities: fc.subarray([...skills]),
    maxLoad: fc.nat(3),
    ttl: fc.constantFrom('20s', Number.POSITIVE_INFINITY),
    allowance: fc.record({
      dailyTokens: fc.constantFrom(0, 50),
      dailyJobs: fc.constantFrom(0, 2),
      concurrentJobs: fc.constantFrom(0, 1, 2),
      onOverrun: fc.constantFrom('warn' as const, 'kill' as const),
    }),
  })

const anyTask: fc.Arbitrary<TaskDefinition> = fc
  .record({
    requires: fc.subarray([...skills]),
    agent: fc.constantFrom(undefined, ...ids),
    fallback: fc.subarray([...ids, 'nobody']),
    priority: fc.constantFrom('critical' as const, 'medium' as const),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ agent, maxAttempts, ...rest }) => ({
    ...rest,
    ...(agent === undefined ? {} : { agent }),
    retry: { maxAttempts, backoff: { base: '1s' as const } },
    killGrace: 0,
    run: byHand,
  }))

type Step =
  | { readonly do: 'completes' | 'fails' | 'kill' | 'redrive'; readonly which: number }
  | { readonly do: 'uses'; readonly which: number; readonly tokens: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'heartbeat' | 'deregister'; readonly id: string }
  | { readonly do: 'register'; readonly agent: AgentOptions }

const which = fc.nat(11)
const anyId = fc.constantFrom(...ids)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('completes' as const, 'fails' as const, 'kill' as const), which }),
  fc.record({ do: fc.constant('uses' as const), which, tokens: fc.nat(40) }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(1_000, 5_000, 10_000, 21_000, 43_200_000),
  }),
  fc.record({ do: fc.constantFrom('heartbeat' as const, 'deregister' as const), id: anyId }),
  fc.record({ do: fc.constant('register' as const), agent: anyId.chain(anyAgent) }),
)

const anyCase = fc.record({
  list: fc.tuple(...ids.map(anyAgent)).chain((all) => fc.subarray(all)),
  tasks: fc.array(anyTask, { minLength: 1, maxLength: 8 }),
  isClaimed: fc.boolean(),
  steps: fc.array(anyStep, { maxLength: 30 }),
  onNoAgent: fc.constantFrom('retry' as const, 'wait' as const),
  onQuotaExceeded: fc.constantFrom('retry' as const, 'wait' as const),
  concurrency: fc.constantFrom(2, 100),
})
type Case = typeof anyCase extends fc.Arbitrary<infer Given> ? Given : never

interface Played {
  readonly team: Agents
  readonly hand: Desk
  readonly facts: readonly RunFact[]
  readonly agentFacts: readonly AgentFact[]
  readonly open: () => readonly string[]
  /** The tasks that wait without having told why. */
  readonly ready: () => readonly string[]
}

/** Plays the steps, and looks at everything after each of them; then whatever is left ends. */
async function play(
  given: Case & { readonly router?: Router },
  look: (played: Played) => void,
): Promise<Played> {
  const { list, tasks, steps, concurrency, router, isClaimed, ...dispatch } = given
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 20))
  const team = agents({
    list,
    dispatch,
    ...(router === undefined ? {} : { router }),
    ...(isClaimed ? { claims: memoryClaims() } : {}),
  })
  const hand = desk()
  const runtime = createRuntime({ clock, concurrency, executors: { hand }, agents: team })
  const facts: RunFact[] = []
  const agentFacts: AgentFact[] = []
  team.events$.subscribe((fact) => void agentFacts.push(fact))
  const named = Object.fromEntries(tasks.map((task, index) => [`t${index}`, task]))
  const run = runtime.dispatch(plan({ name: 'agents', tasks: named }), { id: 'run' })
  const open = (): readonly string[] =>
    [...run.view().tasks.values()].flatMap(({ id, status, attempt }) =>
      ['starting', 'running', 'stalled', 'stopping'].includes(status) ? [`${id}/${attempt}`] : [],
    )
  const ready = (): readonly string[] =>
    [...run.view().tasks.values()].flatMap(({ id, status }) => (status === 'ready' ? [id] : []))
  const played = { team, hand, facts, agentFacts, open, ready }
  run.events$.subscribe((fact) => {
    if ('seq' in fact) facts.push(fact)
  })
  await clock.advanceAsync(0)
  look(played)
  const known = (id: string): boolean => team.list().some((agent) => agent.id === id)
  const end = (name: string): void => {
    if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
  }
  for (const step of steps) {
    const live = open()
    const name = 'which' in step ? live[step.which % Math.max(1, live.length)] : undefined
    if (step.do === 'wait') await clock.advanceAsync(step.ms)
    else if (step.do === 'register') team.register(step.agent)
    else if (step.do === 'heartbeat') {
      if (known(step.id)) team.heartbeat(step.id)
    } else if (step.do === 'deregister') {
      if (known(step.id)) team.deregister(step.id)
    } else if (name !== undefined) {
      if (step.do === 'uses') hand.say(name, { type: 'attempt.usage', usage: { inputTokens: step.tokens } })
      else if (step.do === 'kill') void run.kill(name.split('/')[0])
      else if (step.do === 'completes') hand.completes(name)
      else if (step.do === 'fails') hand.fails(name)
    }
    for (const stopping of open()) end(stopping)
    await clock.advanceAsync(0)
    look(played)
  }
  void run.kill()
  for (let turn = 0; turn < 5 && open().length > 0; turn++) {
    for (const name of open()) end(name)
    await clock.advanceAsync(1_000)
  }
  look(played)
  return played
}

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
    'nobody who could have a task leaves it waiting',
    anyCase,
    async (given) => {
      await play({ ...given, concurrency: 100 }, ({ team, facts, ready }) => {
        const last = new Map(
          facts.flatMap((fact) => (fact.taskId === undefined ? [] : [[fact.taskId, fact]])),
        )
        for (const [taskId, fact] of last) {
          const isTold = 'considered' in fact && !('until' in fact)
          if (!isTold && !ready().includes(taskId)) continue
          const { requires = [], agent, fallback = [] } = given.tasks[Number(taskId.slice(1))]!
          const spent = facts.some(
            (told) =>
              told.type === 'task.retrying' &&
              told.taskId === taskId &&
              told.failure.code === 'ALLOWANCE_EXCEEDED',
          )
          if (spent) continue
          const free = team.list().filter(({ id, status, capabilities, load, maxLoad }) => {
            if (agent !== undefined && ![agent, ...fallback].includes(id)) return false
            if (status === 'offline' || (maxLoad > 0 && load >= maxLoad)) return false
            return requires.every((one) => capabilities.includes(one))
          })
          const rich = free.filter(({ usage }) => {
            // Limits of those that registered again are not known here.
            return usage.tokensLeft === undefined && usage.jobsLeft === undefined && usage.activeJobs === 0
          })
          expect(rich.map(({ id }) => id)).toEqual([])
        }
      })
    },
    0.4,
  )

  law('a task begins by itself, and not because somebody looks at the agents', anyCase, async (given) => {
    // Nobody leaves, little ends, and days go by.
    const list = given.list.map((agent) => ({ ...agent, ttl: Number.POSITIVE_INFINITY }))
    const steps = given.steps.map(
      (step): Step =>
        ['completes', 'uses', 'heartbeat'].includes(step.do) ? step : { do: 'wait', ms: 43_200_000 },
    )
    await play({ ...given, list, steps, concurrency: 100 }, ({ team, facts }) => {
      const before = facts.length
      team.list()
      expect(facts.slice(before)).toEqual([])
    })
  })

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

law(
  'a crash at any fact leaves every reservation ended exactly once, and nothing of it counts as at work',
  fc.tuple(anyCase, fc.nat()),
  async ([given, cut]) => {
    const { agentFacts } = await play(given, () => undefined)
    const kept = agentFacts.slice(0, cut % (agentFacts.length + 1))
    const store = memoryStore()
    const left = store.create(agentsJournal, { id: 'dead' })
    if (kept.length > 0) void store.append([{ journal: left, facts: kept as never }])
    void store.release(left)
    const clock = new SimulatedClock(Date.UTC(2026, 0, 16, 3))
    const team = agents()
    const told: AgentFact[] = [...kept]
    team.events$.subscribe((fact) => void told.push(fact))
    createRuntime({ clock, store, agents: team })
    for (let turn = 0; turn < 5; turn++) await clock.advanceAsync(0)
    const open = new Map<string, number>()
    for (const fact of told) {
      if (fact.type !== 'usage.recorded' || fact.of === 'reported') continue
      const key = `${fact.taskId}/${fact.attempt}`
      open.set(key, (open.get(key) ?? 0) + (fact.of === 'started' ? 1 : -1))
    }
    expect([...open.values()].filter((count) => count !== 0)).toEqual([])
    expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1))
    expect(team.usage().every(({ activeJobs }) => activeJobs === 0)).toBe(true)
  },
  0.4,
)
