import type { Failure } from '../../../../machines/outcome.ts'
import type { TaskStructure } from '../../../graph/plan.ts'
import { faultOf, isRootCause, type Judged } from '../dag/looks.ts'
import { addTo } from '../state/grouped.ts'

export interface RootCause {
  readonly taskId: string
  /** Undefined for a task that was killed by itself. */
  readonly failure: Failure | undefined
  readonly reason: string
  /** How many tasks were skipped because of it. */
  readonly consequences: number
}

/** The tasks that failed, or were killed by themselves, those with the most consequences first. */
export function rootCauses(run: Judged): readonly RootCause[] {
  const consequences = new Map<string, number>()
  for (const { outcome } of run.tasks.values()) {
    if (outcome?.status !== 'skipped' || outcome.causedBy === undefined) continue
    consequences.set(outcome.causedBy, (consequences.get(outcome.causedBy) ?? 0) + 1)
  }
  const causes = run.structure.flatMap(({ id }, place): RootCause[] => {
    const outcome = run.tasks.get(id)?.outcome
    if (faultOf(run, place) !== isRootCause) return []
    const counted = { taskId: id, consequences: consequences.get(id) ?? 0 }
    if (outcome?.status === 'killed') return [{ ...counted, failure: undefined, reason: outcome.reason }]
    return outcome?.status === 'failed'
      ? [{ ...counted, failure: outcome.failure, reason: outcome.failure.message }]
      : []
  })
  return causes.sort((a, b) => b.consequences - a.consequences)
}

const known = new WeakMap<readonly TaskStructure[], ReadonlyMap<string, readonly string[]>>()

/** The tasks that wait for a task, in the order of the dag. */
export function dependentsOf(structure: readonly TaskStructure[], taskId: string): readonly string[] {
  let dependents = known.get(structure)
  if (dependents === undefined) {
    const made = new Map<string, string[]>()
    for (const { id, needs } of structure) {
      for (const need of needs) {
        addTo(made, need, id)
      }
    }
    dependents = made
    known.set(structure, dependents)
  }
  return dependents.get(taskId) ?? []
}

/** What helps with a failure of this code, where anything does in general. */
export function hintFor(code: string): string | undefined {
  return hints.get(code)
}

const hints: ReadonlyMap<string, string> = new Map([
  [
    'ATTEMPT_TIMEOUT',
    'Give the task a longer timeout, or make it shorter. Time in the queue does not count.',
  ],
  ['START_TIMEOUT', 'Its executor was asked to start it and did not say that it had in time.'],
  [
    'ATTEMPT_STALLED',
    'It gave no sign of work. A handler that works in silence calls heartbeat() or progress().',
  ],
  ['ATTEMPT_ABANDONED', 'Its handler may still run. Let it heed its signal, or give it a longer killGrace.'],
  ['COMMAND_NOT_STARTED', 'Look whether the command exists, and at its folder and its PATH.'],
  [
    'COMMAND_KILLED',
    'A signal ended it from outside: look for a lack of memory, or for somebody who killed it.',
  ],
  ['TERMINAL', 'It said that another attempt would not help, so none was made.'],
  ['RULE_THREW', 'The function that is its rule threw, or gave a promise.'],
  ['OUTPUT_NOT_CLONED', 'Return plain data from the handler, or switch isolate off.'],
])
