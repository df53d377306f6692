import type { PlannedTask } from '../../graph/plan.ts'
import { type DagFault, type DagFaultKind, faultsOf } from './fault.ts'
import { sampled } from './sampled.ts'

/** The order in which kinds are tried where not all can be: the most telling first. */
const byWeight: readonly DagFaultKind[] = [
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
  /** Ordered by kind, so that the first variant that shows a trouble is a plain one. */
  readonly tried: readonly DagFault[]
  readonly all: readonly DagFault[]
  /** The kinds that are tried on every task that can have them. */
  readonly wholeKinds: ReadonlySet<DagFaultKind>
}

/**
 * Every fault of every task, kind by kind, but at most `most`: of the kind that exceeds it a sample, of later kinds
 * none.
 */
export function singleFaults(
  tasks: readonly PlannedTask[],
  wanted: ReadonlySet<string>,
  most: number,
  next: () => number,
): SingleFaults {
  const all = tasks.flatMap((task) =>
    faultsOf(task, wanted).map((kind): DagFault => ({ taskId: task.id, kind })),
  )
  const tried: DagFault[] = []
  const wholeKinds = new Set<DagFaultKind>()
  const rest: DagFault[] = []
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
