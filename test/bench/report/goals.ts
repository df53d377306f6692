import type { ContenderName } from '../contenders/registry.ts'
import type { Findings } from '../findings.ts'
import { shapes } from '../graphs.ts'
import type { From } from '../sections/times.ts'
import { median } from '../statistics.ts'
import { cold, linearity, type Measured, one, ratios, subscribed, timesBare } from './measured.ts'
import { short, textTable } from './text-table.ts'

export interface Goal {
  readonly goal: string
  /** By what it was measured on. Each has to meet the goal. */
  readonly measured: readonly Measured[]
  readonly most: number
  /** What one would like to see beyond the goal. */
  readonly stretch?: number
}

const withEdges = ['chain', 'layered', 'diamond'] as const
const ten = 10_000

/** The goals, each with what was measured for it. Ratios are of CPU time, within one process but for `alone`. */
export function goalsOf(findings: Findings): readonly Goal[] {
  return [...timesGoals(findings), ...heapGoals(findings), ...otherGoals(findings)]
}

function timesGoals(findings: Findings): Goal[] {
  const together = (other: ContenderName, from: From = 'graph') =>
    ratios(findings, { setting: 'peers', size: ten, from }, 'dagmar', other, shapes)
  const slow = (other: ContenderName) =>
    ratios(findings, { setting: 'alone', size: 1_000 }, 'dagmar', other, shapes)
  return [
    {
      goal: 'bare promises, 10,000 tasks',
      most: 7,
      stretch: 4,
      measured: timesBare(findings, 'peers', withEdges),
    },
    {
      goal: 'bare promises, 10,000 wide, alone',
      most: 12,
      stretch: 10,
      measured: timesBare(findings, 'alone', ['wide']),
    },
    { goal: 'p-graph, 10,000 tasks', most: 1.1, stretch: 0.9, measured: together('p-graph') },
    {
      goal: 'p-graph from the list of edges, 10,000',
      most: 0.95,
      stretch: 0.7,
      measured: together('p-graph', 'edges'),
    },
    { goal: 'effect, 10,000 tasks', most: 0.45, stretch: 0.25, measured: together('effect') },
    { goal: 'LangGraph.js, 1,000 tasks', most: 0.01, measured: slow('langgraph') },
    { goal: 'Mastra, 1,000 tasks', most: 0.01, measured: slow('mastra') },
    {
      goal: 'XState actors and nothing else, 10,000 tasks',
      most: 0.6,
      stretch: 0.4,
      measured: together('actors'),
    },
    { goal: 'a task of 100,000, over one of 10,000', most: 2.5, stretch: 2, measured: linearity(findings) },
    {
      goal: 'one subscriber, µs a task more, 10,000',
      most: 1.2,
      stretch: 0.6,
      measured: subscribed(findings, 'dagmar-1-subscriber'),
    },
    {
      goal: 'ten subscribers, µs a task more, 10,000',
      most: 6,
      stretch: 3,
      measured: subscribed(findings, 'dagmar-10-subscribers'),
    },
    { goal: 'first run of a process, µs a task, 1,000', most: 40, measured: cold(findings) },
  ]
}

function heapGoals({ heap, growth }: Findings): Goal[] {
  const own = heap.find(({ contender }) => contender === 'dagmar')
  return [
    { goal: 'a live task, bytes', most: 1_150, stretch: 800, measured: one(own?.live, 'B') },
    { goal: 'a settled task, handle held, bytes', most: 160, measured: one(own?.held, 'B') },
    { goal: 'a settled task, handle dropped, bytes', most: 20, measured: one(own?.dropped, 'B') },
    {
      goal: 'growth over 20 runs, bytes a task and run',
      // A memory that is never given back would be tens of bytes; below one is what the collector leaves.
      most: 1,
      measured: growth.map(({ perTask }) => ({
        on: '',
        value: perTask,
        shown: `${perTask.toFixed(2)} B a task`,
      })),
    },
  ]
}

function otherGoals({ latency, kill, dispatch, runs, agents, import: imports, sizes }: Findings): Goal[] {
  const chain = latency.find(({ contender }) => contender === 'dagmar')
  const planned = dispatch.find(({ size }) => size === ten)
  const [few, many] = [100, ten].map((count) => runs.find((found) => found.runs === count)?.cpuUs)
  return [
    { goal: 'hand-over p50, µs', most: 3, stretch: 1.5, measured: one(chain?.p50, 'µs') },
    { goal: 'hand-over p99, µs', most: 20, measured: one(chain?.p99, 'µs') },
    {
      goal: 'kill of a live task, CPU µs',
      most: 20,
      measured: kill.map(({ size, dagmar }) => {
        const value = median(dagmar.map(({ cpuUs }) => cpuUs))
        return { on: size.toLocaleString('en'), value, shown: `${short(value)} µs` }
      }),
    },
    {
      goal: 'plan(), µs a task, 10,000',
      most: 2,
      measured: one(planned === undefined ? undefined : planned.planUs / ten, 'µs'),
    },
    {
      goal: 'a task at 10,000 runs at once, over one at 100',
      most: 2,
      measured: few && many ? one(median(many) / median(few), '×') : [],
    },
    {
      goal: 'an agent for a task of 10,000 among 1,000, CPU µs a task more',
      most: 50,
      measured: agents.flatMap(({ without, withRoom, oneEach }) =>
        [['with room', withRoom] as const, ['one each', oneEach] as const].map(([on, cpuUs]) => {
          const value = median(cpuUs) - median(without)
          return { on, value, shown: `${short(value)} µs` }
        }),
      ),
    },
    {
      goal: "import 'dagmar' beyond xstate and rxjs, ms",
      most: 20,
      measured: imports.flatMap(({ dagmar, foundations }) => one(dagmar.cpuMs - foundations.cpuMs, 'ms')),
    },
    {
      goal: 'dagmar --help, over an empty Node process',
      most: 1.3,
      measured: imports.flatMap(({ help }) => one(help.wallMs / help.emptyMs, '×')),
    },
    { goal: 'size, kB', most: 42, measured: sizes.flatMap(({ size }) => one(size / 1_000, 'kB')) },
  ]
}

/** Those that something was measured for; nothing if there are none. */
export function goalsTable(findings: Findings): string {
  const judged = goalsOf(findings).filter(({ measured }) => measured.length > 0)
  const limit = (most: number) => `≤ ${most.toLocaleString('en')}`
  const rows = judged.map(({ goal, most, stretch, measured }) => [
    goal,
    limit(most),
    stretch === undefined ? '' : limit(stretch),
    measured.map(({ on, shown }) => `${on} ${shown}`.trim()).join(' '),
    measured.every(({ value }) => value <= most) ? 'met' : 'missed',
  ])
  return rows.length === 0 ? '' : textTable(['goal', 'limit', 'stretch', 'measured', ''], rows)
}
