import {
  type Agents,
  agents,
  type AgentFact,
  type AgentOptions,
  memoryClaims,
  type Router,
} from 'dagmar/agents'
import {
  createRuntime,
  type Plan,
  plan,
  type RunFact,
  SimulatedClock,
  type Store,
  type TaskDefinition,
} from 'dagmar'
import fc from 'fast-check'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'

const ids = ['ada', 'bob', 'cyd'] as const
const skills = ['read', 'write'] as const

const anyAgent = (id: string): fc.Arbitrary<AgentOptions> =>
  fc.record({
    id: fc.constant(id),
    capabilities: fc.subarray([...skills]),
    maxLoad: fc.nat(3),
    keep: fc.boolean(),
    idle: fc.constantFrom('10m', '40h'),
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

export type Step =
  | { readonly do: 'completes' | 'fails' | 'kill' | 'redrive'; readonly which: number }
  | { readonly do: 'places'; readonly which: number }
  | { readonly do: 'leaves'; readonly which: number; readonly session: string }
  | { readonly do: 'uses'; readonly which: number; readonly tokens: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'heartbeat' | 'deregister'; readonly id: string }
  | { readonly do: 'register'; readonly agent: AgentOptions }

const which = fc.nat(11)
const anyId = fc.constantFrom(...ids)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('completes' as const, 'fails' as const, 'kill' as const), which }),
  fc.record({ do: fc.constant('places' as const), which }),
  fc.record({ do: fc.constant('leaves' as const), which, session: fc.constantFrom('s', 't', 'u') }),
  fc.record({ do: fc.constant('uses' as const), which, tokens: fc.nat(40) }),
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(1_000, 5_000, 10_000, 21_000, 43_200_000),
  }),
  fc.record({ do: fc.constantFrom('heartbeat' as const, 'deregister' as const), id: anyId }),
  fc.record({ do: fc.constant('register' as const), agent: anyId.chain(anyAgent) }),
)

export const anyCase = fc.record({
  list: fc.tuple(...ids.map(anyAgent)).chain((all) => fc.subarray(all)),
  tasks: fc.array(anyTask, { minLength: 1, maxLength: 8 }),
  isClaimed: fc.boolean(),
  steps: fc.array(anyStep, { maxLength: 30 }),
  onNoAgent: fc.constantFrom('retry' as const, 'wait' as const),
  onQuotaExceeded: fc.constantFrom('retry' as const, 'wait' as const),
  concurrency: fc.constantFrom(2, 100),
})
export type Case = typeof anyCase extends fc.Arbitrary<infer Given> ? Given : never

export interface Played {
  readonly team: Agents
  readonly hand: Desk
  readonly facts: readonly RunFact[]
  readonly agentFacts: readonly AgentFact[]
  readonly open: () => readonly string[]
  /** The tasks that wait without having told why. */
  readonly ready: () => readonly string[]
}

export const planOf = (tasks: readonly TaskDefinition[]): Plan =>
  plan({
    name: 'agents',
    tasks: Object.fromEntries(tasks.map((task, index) => [`t${index}`, task])),
  })

/** Plays the steps, and looks at everything after each of them; then whatever is left ends. */
export async function play(
  given: Case & { readonly router?: Router; readonly store?: Store },
  look: (played: Played) => void,
): Promise<Played> {
  const { list, tasks, steps, concurrency, router, isClaimed, store, ...dispatch } = given
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 20))
  const team = agents({
    list,
    dispatch,
    ...(router === undefined ? {} : { router }),
    ...(isClaimed ? { claims: memoryClaims() } : {}),
  })
  const hand = desk()
  const kept = store === undefined ? {} : { store }
  const runtime = createRuntime({ clock, concurrency, executors: { hand }, agents: team, ...kept })
  const facts: RunFact[] = []
  const agentFacts: AgentFact[] = []
  team.events$.subscribe((fact) => void agentFacts.push(fact))
  const run = runtime.dispatch(planOf(tasks), { id: 'run' })
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
      else if (step.do === 'places') void hand.attempt(name).note({ at: name })
      else if (step.do === 'leaves') hand.say(name, { type: 'attempt.session', session: step.session })
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
