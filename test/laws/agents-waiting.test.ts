import { agents, type AgentOptions, type Agents, memoryClaims, type Router } from 'dagmar/agents'
import {
  type Claims,
  createRuntime,
  plan,
  type RunFact,
  type RunHandle,
  SimulatedClock,
  type TaskDefinition,
  type TaskView,
} from 'dagmar'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { law } from './law.ts'

const ids = ['ada', 'bob', 'cyd'] as const
const skills = ['read', 'write'] as const
const models = ['big', 'small'] as const

const anyAgent = (id: string): fc.Arbitrary<AgentOptions> =>
  fc.record({
    id: fc.constant(id),
    capabilities: fc.subarray([...skills]),
    maxLoad: fc.nat(3),
    ttl: fc.constantFrom('20s' as const, Number.POSITIVE_INFINITY),
    keep: fc.boolean(),
    idle: fc.constantFrom('5s' as const, '10m' as const),
    allowance: fc.record({
      dailyTokens: fc.constantFrom(0, 50),
      dailyJobs: fc.constantFrom(0, 2),
      concurrentJobs: fc.nat(2),
      models: fc.subarray([...models]),
      modelTokens: fc.constantFrom({}, { big: 30 }, { small: 20 }),
      onOverrun: fc.constantFrom('warn' as const, 'kill' as const),
    }),
  })

/** All ask for an agent in some way. */
const anyTask: fc.Arbitrary<TaskDefinition> = fc
  .record({
    asks: fc.oneof(
      fc.record({ requires: fc.subarray([...skills], { minLength: 1 }) }),
      fc.record({ fallback: fc.subarray([...ids, 'nobody'], { minLength: 1 }) }),
      fc.record({ agent: fc.constantFrom(...ids), fallback: fc.subarray([...ids, 'nobody']) }),
    ),
    model: fc.constantFrom({}, { model: 'big' }, { model: 'small' }),
    priority: fc.constantFrom('critical' as const, 'medium' as const),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    uses: fc.constantFrom({}, {}, { pool: 1 }),
  })
  .map(({ asks, model, maxAttempts, ...rest }) => ({
    ...asks,
    ...model,
    ...rest,
    retry: { maxAttempts, backoff: { base: '1s' as const } },
    killGrace: 0,
    run: byHand,
  }))

type Step =
  | {
      readonly do: 'completes' | 'fails' | 'kill' | 'leavesSession' | 'takenBack' | 'pause' | 'resume'
      readonly which: number
    }
  | { readonly do: 'uses'; readonly which: number; readonly tokens: number }
  | { readonly do: 'wait' | 'setClock'; readonly ms: number }
  | { readonly do: 'heartbeat' | 'deregister'; readonly id: string }
  | { readonly do: 'register'; readonly agent: AgentOptions }

const which = fc.nat(11)
const anyId = fc.constantFrom(...ids)
const ends = fc.constantFrom('completes', 'fails', 'kill', 'leavesSession', 'takenBack')
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: ends, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('uses'), which, tokens: fc.nat(40) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      ms: fc.constantFrom(1_000, 5_000, 10_000, 21_000, 43_200_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('heartbeat', 'deregister'), id: anyId }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('register'), agent: anyId.chain(anyAgent) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume'), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setClock'),
      ms: fc.constantFrom(-50_000_000, 20_000, 50_000_000),
    }),
  },
) as fc.Arbitrary<Step>

const routers = {
  byLoad: undefined,
  'the last one': (_, all) => all.at(-1)?.id,
  'always ada': () => 'ada',
} satisfies Readonly<Record<string, Router | undefined>>

const anyCase = fc.record({
  list: fc.tuple(...ids.map(anyAgent)).chain((all) => fc.subarray(all)),
  runs: fc.array(fc.array(anyTask, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 2 }),
  claims: fc.constantFrom('none', 'at once', 'after 2 s'),
  steps: fc.array(anyStep, { maxLength: 30 }),
  dispatch: fc.record({
    onNoAgent: fc.constantFrom('retry' as const, 'wait' as const),
    onQuotaExceeded: fc.constantFrom('retry' as const, 'wait' as const),
    maxAttempts: fc.constantFrom(3, 50),
  }),
  concurrency: fc.constantFrom(2, 100),
  router: fc.constantFrom(...(Object.keys(routers) as (keyof typeof routers)[])),
})
type Case = typeof anyCase extends fc.Arbitrary<infer Given> ? Given : never

interface Played {
  readonly team: Agents
  readonly facts: readonly RunFact[]
  /** All tasks, with how each was defined, and whether its run starts any. */
  readonly tasks: () => readonly (readonly [TaskView, TaskDefinition, boolean])[]
}

const liveStates: readonly string[] = ['starting', 'running', 'stalled', 'stopping']
const isLive = ({ status }: TaskView): boolean => liveStates.includes(status)

function claimsOf({ claims }: Case, clock: SimulatedClock): { readonly claims?: Claims } {
  const memory = memoryClaims()
  if (claims === 'none') return {}
  if (claims === 'at once') return { claims: memory }
  const later = async (): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, 2_000))
  return { claims: { ...memory, claim: async (request) => later().then(() => memory.claim(request)) } }
}

/** Plays the steps, and looks after each of them. */
async function play(given: Case, look: (played: Played) => void): Promise<void> {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 20))
  const { list, dispatch, concurrency } = given
  const router = routers[given.router]
  const team = agents({
    list,
    dispatch,
    ...claimsOf(given, clock),
    ...(router === undefined ? {} : { router }),
  })
  const hand = desk()
  const runtime = createRuntime({
    clock,
    concurrency,
    pools: { pool: 1 },
    executors: { hand },
    agents: team,
  })
  const facts: RunFact[] = []
  const runs = given.runs.map((tasks, place): RunHandle => {
    const named = Object.fromEntries(tasks.map((task, index) => [`${place}-${index}`, task]))
    const run = runtime.dispatch(plan({ name: 'agents', tasks: named }))
    run.events$.subscribe((fact) => {
      if ('seq' in fact) facts.push(fact)
    })
    return run
  })
  const definitionOf = (id: string): TaskDefinition =>
    given.runs[Number(id.split('-')[0])]![Number(id.split('-')[1])]!
  const views = (): readonly TaskView[] => runs.flatMap((run) => [...run.view().tasks.values()])
  const open = (): readonly string[] =>
    views().flatMap((view) => (isLive(view) ? [`${view.id}/${view.attempt}`] : []))
  const tasks: Played['tasks'] = () =>
    runs.flatMap((run) => {
      const { status, tasks: own } = run.view()
      return [...own.values()].map((view) => [view, definitionOf(view.id), status === 'running'] as const)
    })
  await clock.advanceAsync(0)
  look({ team, facts, tasks })
  for (const step of given.steps) {
    if (step.do === 'wait') await clock.advanceAsync(step.ms)
    else if (step.do === 'setClock') {
      clock.set(clock.now() + step.ms)
      // That it was set is noticed when something happens.
      runtime.dispatch(plan({ name: 'other', tasks: { other: { run: () => 1 } } }))
    } else if (step.do === 'pause' || step.do === 'resume') runs[step.which % runs.length]![step.do]()
    else if ('agent' in step) team.register(step.agent)
    else if ('id' in step) {
      if (team.list().some(({ id }) => id === step.id)) team[step.do](step.id)
    } else if ('which' in step) act(step, open(), hand, runs)
    for (const name of open()) if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
    await clock.advanceAsync(0)
    look({ team, facts, tasks })
  }
}

function act(
  step: Extract<Step, { readonly which: number }>,
  live: readonly string[],
  hand: Desk,
  runs: readonly RunHandle[],
): void {
  const name = live[step.which % Math.max(1, live.length)]
  if (name === undefined) return
  if (step.do === 'uses') hand.say(name, { type: 'attempt.usage', usage: { inputTokens: step.tokens } })
  else if (step.do === 'leavesSession') hand.say(name, { type: 'attempt.session', session: `s-${name}` })
  else if (step.do === 'takenBack') hand.say(name, { type: 'attempt.rejected' })
  else if (step.do === 'kill') void runs[Number(name.split('-')[0])]!.kill(name.split('/')[0])
  else if (step.do === 'completes') hand.completes(name)
  else if (step.do === 'fails') hand.fails(name)
}

const limitOf = (limit = 0): number => (limit === 0 ? Number.POSITIVE_INFINITY : limit)

/** Those that could have the task now, told from what the agents say of themselves. */
function couldHave(team: Agents, { agents: past }: TaskView, task: TaskDefinition): readonly string[] {
  const { requires = [], agent, fallback = [], model } = task
  const isFit = ({ id, status, load, maxLoad, capabilities }: ReturnType<Agents['list']>[number]): boolean =>
    (agent === undefined || [agent, ...fallback].includes(id)) &&
    status !== 'offline' &&
    (maxLoad === 0 || load < maxLoad) &&
    requires.every((one) => capabilities.includes(one)) &&
    past?.spent.includes(id) !== true
  const isRich = ({ allowance = {}, usage }: ReturnType<Agents['list']>[number]): boolean =>
    usage.tokens < limitOf(allowance.dailyTokens) &&
    usage.jobs < limitOf(allowance.dailyJobs) &&
    usage.activeJobs < limitOf(allowance.concurrentJobs) &&
    (model === undefined ||
      ((allowance.models === undefined ||
        allowance.models.length === 0 ||
        allowance.models.includes(model)) &&
        (usage.byModel[model] ?? 0) < limitOf(allowance.modelTokens?.[model])))
  return team
    .list()
    .filter((one) => isFit(one) && isRich(one))
    .map(({ id }) => id)
}

/** True for a task that waits for nothing but an agent, whether or not it will be tried again at some instant. */
function waitsForAgents({ status, agents: past, until }: TaskView): boolean {
  if (status === 'ready') return true
  if (status !== 'dispatched' || past === undefined || past.considered.length === 0) return false
  // After a failed attempt, a failed claim, or where the router does not pick.
  const whys = past.considered.map(({ why }) => why)
  return until === undefined || (past.dispatchAttempts > 0 && !whys.some((why) => why.startsWith('not ')))
}

describe('tasks that wait for agents, whatever happens', () => {
  law('nobody who could have a task leaves it waiting', anyCase, async (given) => {
    await play({ ...given, claims: given.claims === 'none' ? 'none' : 'at once' }, ({ team, tasks }) => {
      const isPoolTaken = tasks().some(([view, { uses }]) => isLive(view) && uses?.['pool'] === 1)
      if (tasks().filter(([view]) => isLive(view)).length >= given.concurrency) return
      for (const [view, task, isGoing] of tasks()) {
        if (!isGoing || !waitsForAgents(view) || (isPoolTaken && task.uses?.['pool'] === 1)) continue
        // That router does not pick others.
        if (given.router === 'always ada' && task.agent === undefined) continue
        expect([view.id, couldHave(team, view, task)]).toEqual([view.id, []])
      }
    })
  })

  law('a task begins by itself, and not because somebody looks at the agents', anyCase, async (given) => {
    await play(given, ({ team, facts }) => {
      const before = facts.length
      team.list()
      expect(facts.slice(before)).toEqual([])
    })
  })
})
