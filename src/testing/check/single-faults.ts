import type { PlannedTask } from '../../graph/plan.ts'
import { type Fault, type FaultKind, faultsOf } from './fault.ts'
import { sampled } from './seeded.ts'

/** What is tried first where not everything can be. */
const tiers: readonly (readonly FaultKind[])[] = [
  ['fails', 'hangs'],
  ['fails-once', 'fails-terminally', 'killed', 'stalls', 'rejected', 'never-starts'],
  ['ignores-abort', 'fails-critically', 'run-killed', 'run-drained'],
]

export interface SingleFaults {
  readonly tried: readonly Fault[]
  readonly all: readonly Fault[]
}

/** Every fault of every task; at most `most` of them are tried, the telling ones first, then a sample. */
export function singleFaults(
  tasks: readonly PlannedTask[],
  wanted: ReadonlySet<FaultKind>,
  most: number,
  next: () => number,
): SingleFaults {
  const all = tasks.flatMap((task) =>
    faultsOf(task, wanted).map((kind): Fault => ({ taskId: task.id, kind })),
  )
  const tried: Fault[] = []
  for (const kinds of tiers) {
    const tier = all.filter(({ kind }) => kinds.includes(kind))
    // By kind, so that the first story of a trouble is of the plainest kind.
    const inOrder = kinds.flatMap((kind) => tier.filter((fault) => fault.kind === kind))
    tried.push(...sampled(inOrder, most - tried.length, next))
  }
  return { tried, all }
}
