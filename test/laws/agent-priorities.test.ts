import { agents, type AgentOptions } from 'dagmar/agents'
import { createRuntime, plan, type RunFact, SimulatedClock, type TaskDefinition } from 'dagmar'
import fc from 'fast-check'
import { desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { law } from './law.ts'

const ids = ['ada', 'bob', 'cyd'] as const
const skills = ['read', 'write', 'check'] as const
const priorities = { critical: 100, high: 50, medium: 0, low: -50 } as const
type Priority = keyof typeof priorities

const anyAgent = (id: string): fc.Arbitrary<AgentOptions> =>
  fc.record({
    id: fc.constant(id),
    capabilities: fc.subarray([...skills], { minLength: 1 }),
    maxLoad: fc.constantFrom(1, 1, 2),
    ttl: fc.constant(Number.POSITIVE_INFINITY),
  })

interface AskingTask {
  readonly requires: readonly string[]
  readonly agent: string | undefined
  readonly fallback: readonly string[]
  readonly priority: Priority
  /** The place of the task that it needs; itself for none. */
  readonly after: number
}

const anyTask: fc.Arbitrary<AskingTask> = fc.record({
  requires: fc.oneof(
    fc.constantFrom<readonly string[]>(['read'], ['write'], ['check']),
    fc.subarray([...skills]),
  ),
  agent: fc.constantFrom<string | undefined>(undefined, undefined, ...ids),
  fallback: fc.subarray([...ids]),
  priority: fc.constantFrom<Priority>('medium', 'critical', 'high', 'low'),
  after: fc.nat(99),
})

type Step =
  | { readonly do: 'completes' | 'fails'; readonly which: number }
  | { readonly do: 'comes' | 'goes'; readonly which: number }

const anyStep: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('completes', 'completes', 'fails', 'comes', 'goes'),
  which: fc.nat(99),
})

law(
  'priorities are respected among tasks that could start: no agent is given to one while it could have a more urgent one',
  fc.record({
    list: fc.tuple(...ids.map(anyAgent)),
    tasks: fc.array(anyTask, { minLength: 2, maxLength: 9 }),
    steps: fc.array(anyStep, { maxLength: 14 }),
    concurrency: fc.constantFrom(100, 2),
    runs: fc.constantFrom(1, 2),
    onNoAgent: fc.constantFrom('wait' as const, 'retry' as const),
  }),
  async ({ list, tasks, steps, concurrency, runs, onNoAgent }) => {
    const clock = new SimulatedClock()
    const team = agents({ list, dispatch: { onNoAgent } })
    const hand = desk()
    const runtime = createRuntime({ clock, concurrency, executors: { hand }, agents: team })
    const named = tasks.map(definition)
    const ofRuns = Array.from({ length: runs }, (_, run) => named.filter((__, index) => index % runs === run))
    const all = ofRuns.map((own) =>
      runtime.dispatch(plan({ name: 'urgent', tasks: Object.fromEntries(own) })),
    )
    const facts: RunFact[] = []
    for (const run of all) {
      run.events$.subscribe((fact) => {
        if ('seq' in fact) facts.push(fact)
      })
    }
    await clock.advanceAsync(0)
    for (const { do: what, which } of steps) {
      const live = all
        .flatMap((run) => [...run.view().tasks.values()])
        .filter(({ status }) => status === 'running')
      const task = live[which % Math.max(1, live.length)]
      const agent = list[which % list.length]!
      const isThere = team.list().some(({ id }) => id === agent.id)
      if (what === 'comes') team.register(agent)
      else if (what === 'goes' && isThere) team.deregister(agent.id)
      else if (task !== undefined && what === 'completes') hand.completes(`${task.id}/${task.attempt}`)
      else if (task !== undefined && what === 'fails') hand.fails(`${task.id}/${task.attempt}`)
      await clock.advanceAsync(0)
    }
    return overtaken(facts, tasks, list)
  },
  0.4,
)

function definition({ requires, agent, fallback, priority, after }: AskingTask, index: number) {
  const needs = after < index && after % 2 === index % 2 ? [`t${after}`] : []
  const task: TaskDefinition = {
    requires,
    fallback,
    priority,
    needs,
    ...(needs.length === 0 ? {} : { when: 'all-settled' as const }),
    ...(agent === undefined ? {} : { agent }),
    killGrace: 0,
    run: byHand,
  }
  return [`t${index}`, task] as const
}

/** The tasks that were passed over: somebody was given to a less urgent one who could have done them. */
function overtaken(
  facts: readonly RunFact[],
  tasks: readonly AskingTask[],
  list: readonly AgentOptions[],
): string[] {
  const waiting = new Set<number>()
  return facts.flatMap((fact) => {
    if (fact.taskId === undefined) return []
    const index = Number(fact.taskId.slice(1))
    const waits =
      fact.type === 'task.ready' ||
      ('considered' in fact && !('until' in fact) && !('dispatchAttempt' in fact))
    if (waits) waiting.add(index)
    else waiting.delete(index)
    if (fact.type !== 'task.dispatched') return []
    const agent = list.find(({ id }) => id === fact.agentId)
    if (agent === undefined) return []
    const given = tasks[index]!
    return [...waiting].flatMap((other) => {
      const passed = tasks[other]!
      if (priorities[passed.priority] <= priorities[given.priority] || !couldDo(agent, passed)) return []
      return [`${agent.id} was given to t${index} (${given.priority}) before t${other} (${passed.priority})`]
    })
  })
}

function couldDo(
  { id, capabilities = [] }: AgentOptions,
  { requires, agent, fallback }: AskingTask,
): boolean {
  const isMeant = agent === undefined || agent === id || fallback.includes(id)
  return isMeant && requires.every((one) => capabilities.includes(one))
}
