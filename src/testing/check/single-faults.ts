import type { PlannedTask } from '../../graph/plan.ts'
import { type Fault, type FaultKind, faultsOf } from './fault.ts'
import { sampled } from './seeded.ts'

/** What is tried first where not everything can be: what tells most. */
const byWeight: readonly FaultKind[] = [
  'fails',
  'hangs',
  'killed',
  'fails-once',
  'fails-terminally',
  'stalls',
  'rejected',
  'never-starts',
  'ignores-abort',
  'fails-critically',
  'run-killed',
  'run-drained',
]

export interface SingleFaults {
  /** By kind, so that the first story of a trouble is of the plainest. */
  readonly tried: readonly Fault[]
  readonly all: readonly Fault[]
  /** The kinds that are tried on every task they can befall. */
  readonly wholeKinds: ReadonlySet<FaultKind>
}

/** Every fault of every task; at most `most` of them are tried, kind by kind, and of the kind that is too many a sample. */
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
  const wholeKinds = new Set<FaultKind>()
  const rest: Fault[] = []
  for (const kind of byWeight) {
    const ofKind = all.filter((fault) => fault.kind === kind)
    if (rest.length > 0 || tried.length + ofKind.length > most) {
      rest.push(...ofKind)
      continue
    }
    tried.push(...ofKind)
    if (ofKind.length > 0) wholeKinds.add(kind)
  }
  tried.push(...sampled(rest, most - tried.length, next))
  return { tried, all, wholeKinds }
}
