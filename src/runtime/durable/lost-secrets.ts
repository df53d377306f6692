import type { TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'

interface ReadJournal {
  readonly facts: readonly RunFact[]
  readonly view: RunView
}

/**
 * Refuses a run of which tasks that are not settled need values that no journal has, because they are secret. Such an
 * input may be given again. Throws `SECRET_LOST`.
 */
export function refuseLost({ facts, view }: ReadJournal, plan: Plan, input: unknown): void {
  if (view.settledAt !== undefined) return
  refuseLostFor(
    facts,
    plan,
    plan.tasks.filter(({ id }) => view.tasks.get(id)?.outcome === undefined),
    input,
  )
}

/** Refuses to start these tasks, and what is open behind them, where they need such values. Throws `SECRET_LOST`. */
export function refuseLostFor(
  facts: readonly RunFact[],
  plan: Plan,
  open: readonly PlannedTask[],
  input: unknown,
): void {
  const [created] = facts
  if (open.length === 0 || created === undefined) return
  const { runId } = created
  if (created.type === 'run.created' && created.redacted !== undefined && input === undefined) {
    const places = created.redacted.map((place) => (place === '' ? 'the input' : `input.${place}`))
    throw secretLost(runId, places, 'Give it again: recover(runId, { input }).')
  }
  const lost = lostOutputs(facts)
  const needed = new Set(open.flatMap(({ needs }) => needs.map((need) => plan.tasks[need]!.id)))
  const places = [...lost].flatMap(([taskId, secret]) => (needed.has(taskId) ? secret : []))
  if (places.length > 0) throw secretLost(runId, places, 'Dispatch the dag anew.')
}

/** The places that are secret in the outputs of tasks, by task. */
function lostOutputs(facts: readonly RunFact[]): ReadonlyMap<TaskId, readonly string[]> {
  const lost = new Map<TaskId, readonly string[]>()
  for (const fact of facts) {
    if (fact.type === 'task.completed' && fact.redacted !== undefined) lost.set(fact.taskId, fact.redacted)
  }
  return lost
}

function secretLost(runId: string, places: readonly string[], hint: string): DagmarError {
  return new DagmarError('SECRET_LOST', {
    message: `The run ${runId} cannot go on: its tasks need ${places.join(', ')}, which was secret and has died with its process.`,
    hint,
    facts: { runId, places },
  })
}
