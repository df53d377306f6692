import type { ContenderName } from './contenders/registry.ts'
import type { Shape } from './graphs.ts'
import type { Machine } from './machine.ts'
import type { Level } from './options.ts'
import type { AgentsCost } from './sections/agents.ts'
import type { BeforeAfter } from './sections/before-after.ts'
import type { Dispatch } from './sections/dispatch.ts'
import type { Growth } from './sections/growth.ts'
import type { Heap } from './sections/heap.ts'
import type { ImportTime, Size } from './sections/import.ts'
import type { Kill } from './sections/kill.ts'
import type { Latency } from './sections/latency.ts'
import type { Runs } from './sections/runs.ts'
import type { From, Setting, TimesCell, Timing } from './sections/times.ts'
import { median } from './statistics.ts'

/** All that was measured: what `--json` writes. */
export interface Findings {
  readonly level: Level
  readonly machine: Machine
  readonly peers: Readonly<Record<string, string>>
  readonly missing: readonly string[]
  readonly times: { readonly cell: TimesCell; readonly timings: readonly Timing[] }[]
  readonly latency: Latency[]
  readonly heap: Heap[]
  readonly growth: Growth[]
  readonly kill: Kill[]
  readonly dispatch: Dispatch[]
  readonly runs: Runs[]
  readonly agents: AgentsCost[]
  readonly import: ImportTime[]
  readonly sizes: Size[]
  readonly beforeAfter: BeforeAfter[]
  readonly failures: { readonly what: string; readonly error: string }[]
}

export interface Where {
  readonly setting: Setting
  readonly shape: Shape
  readonly size: number
}

/** Microseconds a task, medians of the rounds; of several processes, the median of theirs. */
export interface Figure {
  readonly cpuUs: number
  readonly wallUs: number
  /** CPU time over that of bare promises, in the same process. */
  readonly timesBare: number
  /** CPU time of the first run in a process, before anything is compiled. */
  readonly firstCpuUs: number
}

/** What a contender took; undefined where it was not measured. */
export function figureOf(
  { times }: Findings,
  where: Where,
  contender: ContenderName,
  from: From = 'graph',
): Figure | undefined {
  const processes = times.filter(
    ({ cell }) => cell.setting === where.setting && cell.shape === where.shape && cell.size === where.size,
  )
  const figures = processes.flatMap(({ timings }): Figure[] => {
    const own = timings.find((timing) => timing.contender === contender && timing.from === from)
    const bare = timings.find((timing) => timing.contender === 'bare')
    if (own === undefined || bare === undefined) return []
    const cpuUs = median(own.cpuUs)
    const wallUs = median(own.wallUs)
    return [{ cpuUs, wallUs, timesBare: cpuUs / median(bare.cpuUs), firstCpuUs: own.first.cpuUs }]
  })
  if (figures.length === 0) return undefined
  const of = (part: keyof Figure) => median(figures.map((figure) => figure[part]))
  return {
    cpuUs: of('cpuUs'),
    wallUs: of('wallUs'),
    timesBare: of('timesBare'),
    firstCpuUs: of('firstCpuUs'),
  }
}

/** CPU time of one contender over that of another, measured alike; undefined where one of them was not measured. */
export function ratioOf(
  findings: Findings,
  where: Where,
  one: ContenderName,
  other: ContenderName,
  from: From = 'graph',
): number | undefined {
  const [upper, lower] = [figureOf(findings, where, one, from), figureOf(findings, where, other, from)]
  return upper === undefined || lower === undefined ? undefined : upper.cpuUs / lower.cpuUs
}
