import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { isMetByFailure } from '../../graph/rules.ts'
import { showMs } from '../../time/show-ms.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { type DagFaultKind, faultPhrase } from '../variants/fault.ts'
import { listed } from '../../text/listed.ts'
import { tasksListed } from '../report/listed.ts'
import { partsOf, type Variant } from '../variants/variant.ts'
import { ruleName } from './rule-name.ts'
import { standingIn } from './standstill.ts'
import { type FindingDraft, noTroubles, type Watcher } from './watcher.ts'

interface Outlived {
  readonly variant: Variant
  readonly attempts: number
}

interface Missed {
  readonly variant: Variant
  readonly causes: Set<TaskId>
}

/** Watches what the run's timeout cuts off: attempts that were left, and rules meant for failures. */
export function runTimeoutWatcher(plan: Plan): Watcher {
  const outlived = new Map<TaskId, Outlived>()
  const missed = new Map<TaskId, Missed>()
  return {
    troublesIn: () => noTroubles,
    see: (run) => {
      const [fault] = run.variant.faults
      if (run.result?.failure?.code !== 'RUN_TIMEOUT' || fault === undefined) return
      if (partsOf({ ...run.variant, answers: [] }) > 1 || !takesTime.has(fault.kind)) return
      // A run that stands still has another problem than the dag's limits.
      if (standingIn(plan, run).length > 0) return
      const task = plan.tasks[plan.indexOf(fault.taskId)!]!
      const attempts = outlives(task, run)
      if (attempts !== undefined && !outlived.has(task.id))
        outlived.set(task.id, { variant: run.variant, attempts })
      if (attempts !== undefined || run.result.outcomes[task.id]!.status !== 'killed') return
      for (const taskId of missedRules(plan, task, run)) {
        const one = missed.get(taskId) ?? { variant: run.variant, causes: new Set<TaskId>() }
        one.causes.add(task.id)
        missed.set(taskId, one)
      }
    },
    drafts: () => [
      ...[...outlived].map(([taskId, one]) => retryOutlives(plan, taskId, one)),
      ...missedDrafts(plan, missed),
    ],
  }
}

/** The faults that make attempts long, or make another one follow. */
const takesTime: ReadonlySet<DagFaultKind> = new Set([
  'fails',
  'fails-once',
  'hangs',
  'ignores-abort',
  'never-starts',
  'stalls',
])

/** How many attempts a task had begun when the run's timeout ended it, if its policy allowed more. */
function outlives({ id, policy }: PlannedTask, { facts, result }: ExploredRun): number | undefined {
  if (policy.maxAttempts === 1 || result!.outcomes[id]!.status !== 'killed') return undefined
  const own = facts.filter((fact) => fact.taskId === id)
  const attempts = own.filter(({ type }) => type === 'task.dispatched').length
  // An attempt without a limit uses up the run's time by itself, which has nothing to do with retries.
  const isLimited = policy.timeoutMs < Infinity || policy.stallAfterMs + policy.stallGraceMs < Infinity
  return attempts > 1 || own.some(isRetry) || isLimited ? attempts : undefined
}

function isRetry({ type }: RunFact): boolean {
  return type === 'task.retrying'
}

function retryOutlives(plan: Plan, taskId: TaskId, { variant, attempts }: Outlived): FindingDraft {
  const { policy, backoff } = plan.tasks[plan.indexOf(taskId)!]!
  const allowed = policy.maxAttempts === Infinity ? 'without end' : `${policy.maxAttempts} times`
  const each = policy.timeoutMs < Infinity ? `, each for up to ${showMs(policy.timeoutMs)}` : ''
  const waits = `with waits from ${showMs(backoff.baseMs)} to ${showMs(backoff.capMs)}`
  return {
    code: 'RETRY_OUTLIVES_TIMEOUT',
    severity: 'warning',
    sentence: `When ${faultPhrase(variant.faults[0]!)}, the run's timeout of ${showMs(plan.timeoutMs)} ends it in or after attempt ${attempts}: it may try ${allowed}${each}, ${waits}, but not all of that fits.`,
    hint: 'Allow fewer attempts, shorter waits (retry.backoff.cap) or a shorter timeout of the attempt; or give the run more time.',
    taskIds: [taskId],
    variant,
  }
}

/** The tasks that should start however their dependencies end, but were skipped because the run was over. */
function missedRules(plan: Plan, struck: PlannedTask, { result }: ExploredRun): readonly TaskId[] {
  const after = new Set<number>([struck.index])
  for (const index of after) for (const dependent of plan.tasks[index]!.dependents) after.add(dependent)
  return [...after].flatMap((index) => {
    const { id, rule } = plan.tasks[index]!
    const outcome = result!.outcomes[id]!
    const isMissed = outcome.status === 'skipped' && outcome.because === 'run-timed-out'
    return isMissed && isMetByFailure(rule) ? [id] : []
  })
}

function missedDrafts(plan: Plan, missed: ReadonlyMap<TaskId, Missed>): readonly FindingDraft[] {
  return [...missed].map(([taskId, { variant, causes }]): FindingDraft => {
    const whose = [...causes]
    return {
      code: 'RULE_STARVES',
      severity: 'warning',
      sentence: `${taskId} never starts when ${whose.length === 1 ? whose[0]! : `any of ${tasksListed(whose)}`} hangs: the run's timeout ends the run before the rule ${ruleName(plan.tasks[plan.indexOf(taskId)!]!.rule)} of ${taskId} can be met.`,
      hint: `Give ${listed(whose)} a timeout that is shorter than the run's.`,
      taskIds: [taskId],
      variant,
    }
  })
}
