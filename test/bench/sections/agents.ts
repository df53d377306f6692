import { createRuntime, plan, type Plan } from '../../../src/index.ts'
import { agents, type AgentsOptions } from '../../../src/runtime/agents/index.ts'
import { timed } from './stopwatch.ts'

export interface AgentsCell {
  readonly agents: number
  readonly tasks: number
  readonly rounds: number
}

/** CPU microseconds a task, of each round. */
export interface AgentsCost {
  readonly agents: number
  readonly tasks: number
  /** Nothing asks for an agent. */
  readonly without: readonly number[]
  /** Every task asks for one, and there is always one with room. */
  readonly withRoom: readonly number[]
  /** Each agent takes one at a time, so that most tasks wait for one to be free. */
  readonly oneEach: readonly number[]
}

const kinds = ['write', 'review', 'test', 'draw']

/** The same tasks, all ready at once, that do nothing: in a runtime without agents, and given to many agents. */
export async function measureAgents({ agents: count, tasks, rounds }: AgentsCell): Promise<AgentsCost> {
  const plain = planOf(tasks, false)
  const asking = planOf(tasks, true)
  const list = (maxLoad: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `agent-${index}`,
      capabilities: [kinds[index % kinds.length]!, 'any'],
      maxLoad,
      allowance: { dailyTokens: 1_000_000, dailyJobs: 1_000_000 },
    }))
  const without: number[] = []
  const withRoom: number[] = []
  const oneEach: number[] = []
  // The first round compiles the code.
  for (let round = -1; round < rounds; round++) {
    const took = [
      await measured(plain),
      await measured(asking, list(tasks)),
      await measured(asking, list(1)),
    ] as const
    if (round < 0) continue
    for (const [place, into] of [without, withRoom, oneEach].entries()) into.push(took[place]! / tasks)
  }
  return { agents: count, tasks, without, withRoom, oneEach }
}

async function measured(planned: Plan, list?: AgentsOptions['list']): Promise<number> {
  const team = list === undefined ? {} : { agents: agents({ list }) }
  const runtime = createRuntime({ concurrency: Number.POSITIVE_INFINITY, ...team })
  const { cpuUs } = await timed(async () => {
    const { counts } = await runtime.dispatch(planned).result
    if (counts.completed !== planned.tasks.length) throw new Error(`${counts.completed} tasks completed.`)
  })
  await runtime.shutdown()
  return cpuUs
}

function planOf(count: number, areAsking: boolean): Plan {
  const run = async (): Promise<void> => undefined
  return plan({
    name: 'ready',
    tasks: Array.from(
      { length: count },
      (_, task) =>
        [`t${task}`, areAsking ? { run, requires: [kinds[task % kinds.length]!] } : { run }] as const,
    ),
  })
}
