import {
  createRuntime,
  plan,
  type RunFact,
  type RunHandle,
  SimulatedClock,
  type TaskDefinition,
} from 'dagmar'
import { type AgentFact, type Agents, agents, memoryClaims } from 'dagmar/agents'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { law } from './law.ts'
import { anyClaimMoods, type MoodyClaims, moodyClaims } from './moody-claims.ts'

const anyTask: fc.Arbitrary<TaskDefinition> = fc
  .record({ maxAttempts: fc.integer({ min: 1, max: 3 }), agent: fc.constantFrom('ada', 'bob') })
  .map(({ maxAttempts, agent }) => ({
    agent,
    retry: { maxAttempts, backoff: { base: '1s' as const } },
    killGrace: 0,
    startTimeout: '40s' as const,
    run: byHand,
  }))

const who = fc.nat(1)
const which = fc.nat(11)
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1_000, 5_000, 12_000) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom<'does' | 'begins' | 'rejects' | 'completes' | 'fails'>(
        'does',
        'does',
        'begins',
        'rejects',
        'completes',
        'fails',
      ),
      who,
      which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('kill task' as const, 'pause' as const, 'resume' as const, 'redrive' as const),
      who,
      which,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('kill' as const, 'drain' as const, 'deregister' as const),
      who,
      which,
    }),
  },
)

const anyCase = fc.record({
  tasks: fc.array(anyTask, { minLength: 1, maxLength: 5 }),
  moods: fc.tuple(anyClaimMoods, anyClaimMoods),
  steps: fc.array(anyStep, { maxLength: 40 }),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
})
type Case = typeof anyCase extends fc.Arbitrary<infer Given> ? Given : never

interface Coordinator {
  readonly hand: Desk
  readonly team: Agents
  readonly run: RunHandle
  readonly facts: RunFact[]
  readonly agentFacts: AgentFact[]
  readonly moody: MoodyClaims
  readonly shutdown: () => Promise<void>
  /** Its live attempts. */
  readonly open: () => readonly string[]
}

const live = ['starting', 'running', 'stalled', 'stopping']

/**
 * Two coordinators that have the same run, on one set of claims. `look` is called after each fact of either, and
 * `lookAfter` after each step.
 */
async function play(
  given: Case,
  look: (all: readonly Coordinator[]) => void,
  lookAfter: (all: readonly Coordinator[]) => void = look,
): Promise<readonly Coordinator[]> {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 20))
  const inner = memoryClaims()
  const named = Object.fromEntries(given.tasks.map((task, index) => [`t${index}`, task]))
  const all: Coordinator[] = []
  for (const moods of given.moods) {
    const hand = desk({ begins: false })
    const moody = moodyClaims(inner, clock, moods)
    const list = ['ada', 'bob'].map((id) => ({ id, maxLoad: 3, ttl: Number.POSITIVE_INFINITY }))
    const team = agents({ list, claims: moody.claims, dispatch: { maxAttempts: given.maxAttempts } })
    const runtime = createRuntime({ clock, executors: { hand }, agents: team })
    const run = runtime.dispatch(plan({ name: 'shared', tasks: named }), { id: 'shared' })
    const facts: RunFact[] = []
    const agentFacts: AgentFact[] = []
    team.events$.subscribe((fact) => void agentFacts.push(fact))
    run.events$.subscribe((fact) => {
      if (!('seq' in fact)) return
      facts.push(fact)
      look(all)
    })
    const open = (): readonly string[] =>
      [...run.view().tasks.values()].flatMap(({ id, status, attempt }) =>
        live.includes(status) ? [`${id}/${attempt}`] : [],
      )
    const shutdown = (): Promise<void> => runtime.shutdown({ mode: 'kill' })
    all.push({ hand, team, run, facts, agentFacts, moody, shutdown, open })
  }
  const end = (): void => {
    for (const { open, hand } of all)
      for (const name of open()) if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
  }
  await clock.advanceAsync(0)
  for (const step of given.steps) {
    if (step.do === 'wait') await clock.advanceAsync(step.ms)
    else act(step, all[step.who]!)
    end()
    await clock.advanceAsync(0)
    lookAfter(all)
  }
  const closing = all.map(({ shutdown }) => shutdown())
  for (let turn = 0; turn < 8; turn++) {
    end()
    await clock.advanceAsync(5_000)
  }
  await Promise.all(closing)
  look(all)
  return all
}

type Act = Exclude<Case['steps'][number], { do: 'wait' }>

function act(step: Act, { hand, run, team, open }: Coordinator): void {
  const names = open().filter((one) => hand.asked.includes(`start ${one}`))
  const name = names[step.which % Math.max(1, names.length)]
  switch (step.do) {
    case 'kill':
    case 'drain':
      void run[step.do]()
      return
    case 'pause':
    case 'resume':
      run[step.do]()
      return
    case 'redrive':
      if (run.view().settledAt !== undefined && run.view().status === 'failed') void run.redrive()
      return
    case 'deregister':
      if (team.list().some(({ id }) => id === 'bob')) team.deregister('bob')
      return
    case 'kill task':
      void run.kill([...run.view().tasks.keys()][step.which % run.view().tasks.size])
      return
    case 'does':
    case 'begins':
    case 'rejects':
    case 'completes':
    case 'fails':
      if (name !== undefined) say(hand, name, step.do)
  }
}

function say(hand: Desk, name: string, how: 'does' | 'begins' | 'rejects' | 'completes' | 'fails'): void {
  if (how === 'begins' || how === 'does') hand.begins(name)
  if (how === 'rejects') hand.say(name, { type: 'attempt.rejected' })
  if (how === 'completes' || how === 'does') hand.completes(name)
  if (how === 'fails') hand.fails(name)
}

const over = new Set(['task.completed', 'task.failed', 'task.killed', 'task.deferred'])

/** The tasks that a coordinator has claimed and not given up, as its facts say. */
function claimedBy({ facts }: Coordinator): ReadonlySet<string> {
  const claimed = new Set<string>()
  for (const fact of facts) {
    if (fact.type === 'task.claimed') claimed.add(fact.taskId)
    // It has lost it, or has to believe so.
    else if (fact.type === 'dispatch.claim-failed' && fact.heldBy !== undefined) claimed.delete(fact.taskId)
    else if (fact.taskId !== undefined && over.has(fact.type)) claimed.delete(fact.taskId)
  }
  return claimed
}

describe('claims, whatever becomes of them', () => {
  law(
    'a task is claimed by at most one coordinator, and completed by at most one',
    anyCase,
    async (given) => {
      const all = await play(given, (coordinators) => {
        const [first, second] = coordinators.map(claimedBy)
        expect([...(first ?? [])].filter((taskId) => second?.has(taskId))).toEqual([])
      })
      const completed = all.flatMap(({ facts }) =>
        facts.flatMap((fact) => (fact.type === 'task.completed' ? [fact.taskId] : [])),
      )
      expect(completed).toEqual([...new Set(completed)])
    },
    0.4,
  )

  law(
    'a task is dispatched only under a claim of its own',
    anyCase,
    async (given) => {
      for (const { facts } of await play(given, () => undefined)) {
        for (const [index, fact] of facts.entries()) {
          if (fact.type === 'task.dispatched') {
            expect(facts[index - 1]).toMatchObject({ type: 'task.claimed', taskId: fact.taskId })
          }
          if (fact.type === 'task.claimed') expect(facts[index + 1]?.type).toBe('task.dispatched')
        }
      }
    },
    0.4,
  )

  law(
    'a claim is released exactly once',
    anyCase,
    async (given) => {
      const all = await play(given, () => undefined)
      for (const { moody } of all) {
        expect(moody.unheard()).toBe(0)
        expect([...moody.given].filter(([, times]) => times !== 1)).toEqual([])
      }
    },
    0.4,
  )

  law(
    'every reservation is ended exactly once, and load equals the live tasks and open claims of the agent',
    anyCase,
    async (given) => {
      // An agent that has gone takes its load with it.
      const steps = given.steps.filter((step) => step.do !== 'deregister')
      const lookAfter = (coordinators: readonly Coordinator[]): void => {
        for (const { team, run } of coordinators) {
          // Then it says that the run is paused, whatever it waits for.
          if (run.view().status === 'paused') continue
          const waiting = [...run.view().tasks.keys()].filter((taskId) =>
            run.why(taskId).waitsFor.some(({ kind }) => kind === 'claim'),
          )
          const atWork = [...run.view().tasks.values()].filter(({ status }) => live.includes(status)).length
          const load = team.list().reduce((sum, one) => sum + one.load, 0)
          expect(load).toBe(waiting.length + atWork)
        }
      }
      const all = await play({ ...given, steps }, () => undefined, lookAfter)
      for (const { agentFacts, team } of all) {
        const open = new Map<string, number>()
        for (const fact of agentFacts) {
          if (fact.type !== 'usage.recorded' || fact.of === 'reported') continue
          const key = `${fact.taskId}/${fact.attempt}`
          open.set(key, (open.get(key) ?? 0) + (fact.of === 'started' ? 1 : -1))
          expect(open.get(key)).toBeGreaterThanOrEqual(0)
        }
        expect([...open.values()].filter((count) => count !== 0)).toEqual([])
        expect(team.list().every(({ load }) => load === 0)).toBe(true)
      }
    },
    0.4,
  )
})
