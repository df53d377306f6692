import type { AgentsCell, AgentsCost } from './sections/agents.ts'
import type { BeforeAfter, BeforeAfterCell } from './sections/before-after.ts'
import type { CheckCell } from './sections/check.ts'
import type { Dispatch, DispatchCell } from './sections/dispatch.ts'
import type { Growth, GrowthCell } from './sections/growth.ts'
import type { Heap, HeapCell } from './sections/heap.ts'
import type { ImportCell, ImportTime } from './sections/import.ts'
import type { Kill, KillCell } from './sections/kill.ts'
import type { Latency, LatencyCell } from './sections/latency.ts'
import type { Runs, RunsCell } from './sections/runs.ts'
import type { TimesCell, Timing } from './sections/times.ts'

/** All that is measured in a process of its own: what is asked for, and what comes of it. */
export interface Measurements {
  check(cell: CheckCell): Promise<{ readonly checked: number }>
  times(cell: TimesCell): Promise<readonly Timing[]>
  latency(cell: LatencyCell): Promise<Latency>
  heap(cell: HeapCell): Promise<Heap>
  growth(cell: GrowthCell): Promise<Growth>
  kill(cell: KillCell): Promise<Kill>
  dispatch(cell: DispatchCell): Promise<Dispatch>
  runs(cell: RunsCell): Promise<readonly Runs[]>
  agents(cell: AgentsCell): Promise<AgentsCost>
  import(cell: ImportCell): Promise<ImportTime>
  'before-after'(cell: BeforeAfterCell): Promise<BeforeAfter>
}

/** Each loads what it needs and no more: dagmar is not in the process of a peer. */
export const measurements: Measurements = {
  check: async (cell) => (await import('./sections/check.ts')).checkContender(cell),
  times: async (cell) => (await import('./sections/times.ts')).measureTimes(cell),
  latency: async (cell) => (await import('./sections/latency.ts')).measureLatency(cell),
  heap: async (cell) => (await import('./sections/heap.ts')).measureHeap(cell),
  growth: async (cell) => (await import('./sections/growth.ts')).measureGrowth(cell),
  kill: async (cell) => (await import('./sections/kill.ts')).measureKill(cell),
  dispatch: async (cell) => (await import('./sections/dispatch.ts')).measureDispatch(cell),
  runs: async (cell) => (await import('./sections/runs.ts')).measureRuns(cell),
  agents: async (cell) => (await import('./sections/agents.ts')).measureAgents(cell),
  import: async (cell) => (await import('./sections/import.ts')).measureImport(cell),
  'before-after': async (cell) => (await import('./sections/before-after.ts')).measureBeforeAfter(cell),
}
