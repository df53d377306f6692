import { type AgentFact, agents, type AgentOptions, type ListedAgent } from 'dagmar/agents'
import { createRuntime, memoryStore, plan, type RunHandle, SimulatedClock, type TaskDefinition } from 'dagmar'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { law } from './law.ts'

const minute = 60_000
const ids = ['ada', 'bob'] as const

const anyAgent = (id: string): fc.Arbitrary<AgentOptions> =>
  fc.record({
    id: fc.constant(id),
    maxLoad: fc.nat(3),
    ttl: fc.constantFrom('3m', Number.POSITIVE_INFINITY),
    keep: fc.boolean(),
    idle: fc.constantFrom('1m', '10m', Number.POSITIVE_INFINITY),
  })

const anyId = fc.constantFrom(...ids)

interface AnyTask {
  readonly agent: string
  readonly needs: readonly number[]
  readonly maxAttempts: number
}

const anyRun: fc.Arbitrary<readonly AnyTask[]> = fc.array(
  fc.record({
    agent: anyId,
    needs: fc.array(fc.nat(5), { maxLength: 2 }),
    maxAttempts: fc.integer({ min: 1, max: 2 }),
  }),
  { minLength: 1, maxLength: 6 },
)

const which = fc.nat(11)
type Step =
  | { readonly do: 'completes' | 'fails' | 'kill' | 'rejects'; readonly which: number }
  /** A handful of names, so that two leave the same one. */
  | { readonly do: 'leaves'; readonly which: number; readonly session: string }
  | { readonly do: 'dispatch'; readonly tasks: readonly AnyTask[] }
  | { readonly do: 'kill-run'; readonly which: number }
  | { readonly do: 'wait' | 'set'; readonly ms: number }
  | { readonly do: 'deregister'; readonly id: string }
  | { readonly do: 'register'; readonly agent: AgentOptions }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('leaves' as const),
      which,
      session: fc.constantFrom('s', 't', 'u', 'v'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('completes' as const), which }) },
  fc.record({ do: fc.constantFrom('fails' as const, 'kill' as const, 'rejects' as const), which }),
  fc.record({ do: fc.constant('dispatch' as const), tasks: anyRun }),
  fc.record({ do: fc.constant('kill-run' as const), which }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(1_000, minute, 4 * minute, 11 * minute),
  }),
  fc.record({ do: fc.constant('set' as const), ms: fc.constantFrom(-600 * minute, 600 * minute) }),
  fc.record({ do: fc.constant('deregister' as const), id: anyId }),
  fc.record({ do: fc.constant('register' as const), agent: anyId.chain(anyAgent) }),
)

const anyCase = fc.record({
  list: fc.tuple(...ids.map(anyAgent)),
  runs: fc.array(anyRun, { minLength: 1, maxLength: 2 }),
  steps: fc.array(anyStep, { maxLength: 40 }),
})
type Case = typeof anyCase extends fc.Arbitrary<infer Given> ? Given : never

interface Played {
  readonly facts: readonly AgentFact[]
  readonly closed: readonly string[]
  readonly team: { list(): readonly ListedAgent[] }
}

/** The session that each live attempt has, as it was given or left it, and each live attempt. */
interface Look {
  readonly having: ReadonlyMap<string, { readonly agentId: string; readonly session: string | undefined }>
  readonly facts: readonly AgentFact[]
}

async function play(
  { list, runs, steps }: Case,
  look: (seen: Look) => void = () => undefined,
): Promise<Played> {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 8))
  const closed: string[] = []
  const team = agents({
    list,
    dispatch: { onNoAgent: 'wait' },
    closeSession: ({ agentId, id }) => void closed.push(`${agentId} ${id}`),
  })
  const hand = desk({ begins: false })
  const runtime = createRuntime({ clock, concurrency: 100, executors: { hand }, agents: team })
  const facts: AgentFact[] = []
  team.events$.subscribe((fact) => void facts.push(fact))
  const handles: RunHandle[] = []
  const dispatch = (tasks: readonly AnyTask[]): void => {
    const run = `r${handles.length}`
    const named = tasks.map(({ agent, needs, maxAttempts }, index): [string, TaskDefinition] => [
      `${run}t${index}`,
      {
        agent,
        needs: [...new Set(needs)].filter((need) => need < index).map((need) => `${run}t${need}`),
        retry: { maxAttempts, backoff: { base: '1s' } },
        stall: false,
        killGrace: 0,
        run: byHand,
      },
    ])
    handles.push(runtime.dispatch(plan({ name: 'stays', tasks: Object.fromEntries(named) })))
  }
  const begun = new Set<string>()
  const live = (): readonly string[] =>
    handles.flatMap((run) =>
      [...run.view().tasks.values()].flatMap(({ id, status, attempt }) =>
        ['starting', 'running', 'stopping'].includes(status) ? [`${id}/${attempt}`] : [],
      ),
    )
  const left = new Map<string, string>()
  const settle = async (): Promise<void> => {
    await clock.advanceAsync(0)
    for (const name of live()) if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
    await clock.advanceAsync(0)
    const having = new Map(
      live().flatMap((name) => {
        if (!hand.asked.includes(`start ${name}`)) return []
        const { agent, session } = hand.attempt(name)
        return [[name, { agentId: agent!, session: left.get(name) ?? session }] as const]
      }),
    )
    look({ having, facts })
  }
  const begin = (name: string): void => {
    if (begun.has(name)) return
    begun.add(name)
    hand.begins(name)
  }
  for (const tasks of runs) dispatch(tasks)
  await settle()
  for (const step of steps) {
    const names = live().filter((name) => hand.asked.includes(`start ${name}`))
    const name = 'which' in step ? names[step.which % Math.max(1, names.length)] : undefined
    if (step.do === 'wait') await clock.advanceAsync(step.ms)
    else if (step.do === 'set') clock.set(clock.now() + step.ms)
    else if (step.do === 'dispatch') dispatch(step.tasks)
    else if (step.do === 'register') team.register(step.agent)
    else if (step.do === 'deregister') {
      if (team.list().some(({ id }) => id === step.id)) team.deregister(step.id)
    } else if (step.do === 'kill-run') void handles[step.which % handles.length]!.kill()
    else if (name !== undefined) {
      if (step.do === 'rejects') {
        if (!begun.has(name)) hand.say(name, { type: 'attempt.rejected' })
      } else {
        begin(name)
        if (step.do === 'leaves') {
          const before = facts.length
          hand.say(name, { type: 'attempt.session', session: step.session })
          // One that somebody else has is not taken.
          if (facts.slice(before).some(({ type }) => type === 'session.opened')) left.set(name, step.session)
        } else if (step.do === 'kill') {
          const run = handles.find((one) => one.view().tasks.has(name.split('/')[0]!))!
          void run.kill(name.split('/')[0])
        } else if (step.do === 'completes') hand.completes(name)
        else hand.fails(name)
      }
    }
    await settle()
  }
  for (const run of handles) void run.kill()
  for (let turn = 0; turn < 3; turn++) await settle()
  expect(live()).toEqual([])
  await clock.advanceAsync(11 * minute)
  return { facts, closed, team }
}

type SessionFact = Extract<AgentFact, { readonly sessionId: string }>

function sessionFacts(facts: readonly AgentFact[]): readonly SessionFact[] {
  return facts.filter((fact): fact is SessionFact => 'sessionId' in fact)
}

const keyOf = ({ agentId, sessionId }: SessionFact): string => `${agentId} ${sessionId}`

/** All runs are over, and ten minutes have passed: only those are open that may wait for any time. */
function expectKept(
  open: ReadonlySet<string>,
  list: readonly ListedAgent[],
  facts: readonly AgentFact[],
): void {
  const listed = list.flatMap(({ id, sessions }) => sessions.map((session) => `${id} ${session.id}`))
  expect([...open].toSorted()).toEqual(listed.toSorted())
  const endless = facts.flatMap((fact) =>
    fact.type === 'agent.registered' && fact.keep === true && fact.idleMs === undefined ? [fact.agentId] : [],
  )
  for (const key of open) expect(endless).toContain(key.split(' ')[0])
}

describe('sessions, whatever happens', () => {
  law(
    'no session is used by two attempts at once',
    anyCase,
    async (given) => {
      const { facts } = await play(given, ({ having }) => {
        const had = [...having.values()].flatMap(({ agentId, session }) =>
          session === undefined ? [] : [`${agentId} ${session}`],
        )
        expect(new Set(had).size).toBe(had.length)
      })
      const holders = new Set<string>()
      for (const fact of sessionFacts(facts)) {
        if (fact.type === 'session.opened' || fact.type === 'session.taken') {
          expect(holders.has(keyOf(fact))).toBe(false)
          holders.add(keyOf(fact))
        } else if (fact.type !== 'session.close-failed') holders.delete(keyOf(fact))
      }
    },
    0.4,
  )

  law(
    'every session that was opened is closed exactly once, or is still kept',
    anyCase,
    async (given) => {
      const { facts, closed, team } = await play(given)
      const open = new Set<string>()
      const ends: string[] = []
      for (const fact of sessionFacts(facts)) {
        if (fact.type === 'session.opened') {
          expect(open.has(keyOf(fact))).toBe(false)
          open.add(keyOf(fact))
        } else expect(open.has(keyOf(fact))).toBe(true)
        if (fact.type !== 'session.closed') continue
        open.delete(keyOf(fact))
        ends.push(keyOf(fact))
      }
      expect(closed).toEqual(ends)
      expectKept(open, team.list(), facts)
    },
    0.4,
  )

  law(
    'a session of a run is never handed to another run unless it is kept',
    anyCase,
    async (given) => {
      const { facts } = await play(given)
      const keeps = new Map<string, boolean>()
      const runs = new Map<string, string | undefined>()
      for (const fact of facts) {
        if (fact.type === 'agent.registered') keeps.set(fact.agentId, fact.keep === true)
        if (!('sessionId' in fact)) continue
        const key = keyOf(fact)
        if (fact.type === 'session.opened') runs.set(key, fact.runId)
        else if (fact.type === 'session.freed') {
          if (fact.runId === undefined) expect(keeps.get(fact.agentId)).toBe(true)
          else expect(fact.runId).toBe(runs.get(key))
          runs.set(key, fact.runId)
        } else if (fact.type === 'session.taken') {
          const owner = runs.get(key)
          if (owner !== undefined) expect(fact.runId).toBe(owner)
          runs.set(key, fact.runId)
        }
      }
    },
    0.4,
  )

  law(
    'a crash at any fact leaves every session to be closed exactly once, or kept',
    fc.tuple(anyCase, fc.nat()),
    async ([given, cut]) => {
      const { facts } = await play(given)
      const told = facts.slice(0, cut % (facts.length + 1))
      const store = memoryStore()
      const journal = store.create(agentsJournal, { id: 'dead' })
      if (told.length > 0) void store.append([{ journal, facts: told as never }])
      void store.release(journal)
      const clock = new SimulatedClock(Date.UTC(2026, 0, 16, 3))
      const team = agents()
      team.events$.subscribe((fact) => void told.push(fact))
      createRuntime({ clock, store, agents: team })
      for (let turn = 0; turn < 5; turn++) await clock.advanceAsync(0)
      await clock.advanceAsync(10 * minute)
      const open = new Set<string>()
      for (const fact of sessionFacts(told)) {
        if (fact.type === 'session.opened') open.add(keyOf(fact))
        else if (fact.type === 'session.closed') expect(open.delete(keyOf(fact))).toBe(true)
      }
      expectKept(open, team.list(), told)
    },
    0.4,
  )
})
