import type { Outcome, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { TaskStructure } from '../graph/plan.ts'
import { type CountsAs, countsAs, evaluateRule } from '../graph/rules.ts'
import { type Explanation, explanationOf, type WaitsFor } from './explanation.ts'
import type { RunView } from './fold.ts'
import type { TaskView } from './task-view.ts'

/**
 * What a task waits for, from the fold of its run's facts, as of their last one. Of a task that waits for room, and of
 * the limits of an attempt, `run.why` knows more as long as the run is live in this process.
 * @throws DagmarError `TASK_UNKNOWN`.
 */
export function whyOf(view: RunView, taskId: TaskId): Explanation {
  const task = view.tasks.get(taskId)
  const structure = view.structure.find(({ id }) => id === taskId)
  if (task === undefined || structure === undefined) {
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The run ${view.runId} of ${view.name} has no task '${taskId}'.`,
      facts: { runId: view.runId, taskId },
    })
  }
  const { status, outcome } = task
  const waitsFor = outcome === undefined ? waitsOf(view, structure, task) : []
  return explanationOf({ taskId, status, outcome, waitsFor, now: view.at, knowsLimits: false })
}

function waitsOf(view: RunView, structure: TaskStructure, task: TaskView): readonly WaitsFor[] {
  const { until, questions } = task
  const asked = questions.slice(0, 1).map((question): WaitsFor => ({ kind: 'answer', question }))
  switch (task.status) {
    case 'pending':
      return waitsForDependencies(structure, (id) => view.tasks.get(id)?.outcome)
    case 'ready':
      return waitsForRoom(view, structure, task)
    case 'dispatched':
      if (asked.length > 0) return asked
      return until === undefined ? waitsForRoom(view, structure, task) : instant('retry', until)
    case 'starting':
      return instant('start timeout', until)
    case 'running':
      return asked
    case 'stalled':
      return instant('stall grace', until)
    case 'stopping':
      return instant('kill grace', until)
    case 'completed':
    case 'failed':
    case 'killed':
    case 'skipped':
      return []
  }
}

/** What a pending task waits for; nothing where all its dependencies are settled. Outcomes by id, and by place in `needs`. */
export function waitsForDependencies(
  { rule, needs }: Pick<TaskStructure, 'rule' | 'needs'>,
  outcomeOf: (id: TaskId, place: number) => Outcome | undefined,
): WaitsFor[] {
  const counts: Record<CountsAs, number> = { completed: 0, failed: 0, skipped: 0 }
  const taskIds: TaskId[] = []
  for (const [place, id] of needs.entries()) {
    const outcome = outcomeOf(id, place)
    if (outcome === undefined) taskIds.push(id)
    else counts[countsAs(outcome)]++
  }
  if (taskIds.length === 0) return []
  const isHopeless =
    typeof rule === 'string' && evaluateRule(rule, { needs: needs.length, ...counts }) === 'hopeless'
  return [{ kind: 'dependencies', rule, taskIds, ...(isHopeless ? { isHopeless } : {}) }]
}

function waitsForRoom(
  { status }: RunView,
  { teardown }: TaskStructure,
  { deferred }: TaskView,
): readonly WaitsFor[] {
  const isEnding = status === 'draining' || status === 'killing'
  if (status === 'paused' || (isEnding && teardown !== true)) {
    return [{ kind: 'run', state: status }]
  }
  return deferred === undefined ? [{ kind: 'room' }] : [{ kind: 'executor', ...deferred }]
}

function instant(
  what: Extract<WaitsFor, { kind: 'instant' }>['what'],
  at: number | undefined,
): readonly WaitsFor[] {
  return at === undefined ? [] : [{ kind: 'instant', what, at }]
}
