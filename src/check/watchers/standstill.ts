import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { showMs } from '../../time/show-ms.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { type Variant, variantPhrase } from '../variants/variant.ts'
import { type FindingDraft, onceEach, type Watcher } from './watcher.ts'

interface Standing {
  readonly taskId: TaskId
  readonly what: string
}

/** Somewhat longer than the longest wait after which a declining executor is asked again. */
const patienceMs = 10_000

/**
 * Watches for runs that only their timeout ended, because dagmar forgot a task: one that waits for nothing, or an
 * attempt that was not ended at its limit. Without a timeout such a run would not settle at all.
 */
export function standstillWatcher(plan: Plan): Watcher {
  const standing = new Map<string, { readonly variant: Variant; readonly one: Standing }>()
  const find = onceEach((run) => standingIn(plan, run))
  const keyOf = ({ what }: Standing): string => `stands still ${what}`
  return {
    troublesIn: (run) => find(run).map(keyOf),
    see: (run) => {
      for (const one of find(run)) {
        if (!standing.has(keyOf(one))) standing.set(keyOf(one), { variant: run.variant, one })
      }
    },
    drafts: () =>
      [...standing].map(
        ([trouble, { variant, one }]): FindingDraft => ({
          code: 'RUN_STUCK',
          severity: 'error',
          sentence: (shrunk) =>
            `When ${variantPhrase(shrunk)}, ${one.taskId} ${one.what}, until the run's timeout of ${showMs(plan.timeoutMs)} ends it.`,
          hint: 'This is not the fault of the dag but of dagmar: please report it with the story.',
          taskIds: [one.taskId],
          variant,
          trouble,
        }),
      ),
  }
}

/** What a task was doing when the run timed out. */
interface Place {
  readonly task: PlannedTask
  last: RunFact
  startedAt: number
  isLive: boolean
}

export function standingIn(plan: Plan, { facts, result }: ExploredRun): readonly Standing[] {
  if (result?.failure?.code !== 'RUN_TIMEOUT') return []
  const places = new Map<TaskId, Place>()
  for (const fact of facts) {
    if (fact.type === 'run.killing') return judged([...places.values()], fact.at)
    if (fact.taskId === undefined) continue
    const task = plan.tasks[plan.indexOf(fact.taskId)!]!
    const place = places.get(fact.taskId) ?? { task, last: fact, startedAt: Infinity, isLive: false }
    places.set(fact.taskId, place)
    place.last = fact
    if (fact.type === 'task.dispatched') place.isLive = true
    if (fact.type === 'task.started') place.startedAt = fact.at
    if (leaves.has(fact.type) || (fact.type === 'task.asked' && fact.of === 'failure')) {
      place.isLive = false
      place.startedAt = Infinity
    }
    if (settles.has(fact.type)) places.delete(fact.taskId)
  }
  return []
}

const settles: ReadonlySet<RunFact['type']> = new Set([
  'task.completed',
  'task.failed',
  'task.dead-lettered',
  'task.killed',
  'task.skipped',
])
const leaves: ReadonlySet<RunFact['type']> = new Set([...settles, 'task.retrying', 'task.deferred'])

function judged(places: readonly Place[], at: number): readonly Standing[] {
  const overdue = places.filter(({ task, startedAt, last }) => {
    const { timeoutMs, stallAfterMs, stallGraceMs } = task.policy
    // It is silent from its start at the earliest. Attempts that give signs of work are not checked for stalls.
    const isSilent = last.type === 'task.stalled'
    const limitMs = Math.min(timeoutMs, isSilent ? stallAfterMs + stallGraceMs : Infinity)
    return last.type !== 'task.stopping' && at - startedAt > limitMs + patienceMs
  })
  const late = overdue.map(({ task }) => ({ taskId: task.id, what: 'is not ended at its own limit of time' }))
  if (places.some(({ isLive }) => isLive)) return late
  // Where nothing is live, there is room for every task that waits for it.
  const isAwaited = places.some(({ last }) => {
    if (last.type === 'task.asked' || 'considered' in last) return true
    return (last.type === 'task.retrying' ? last.until : last.at) + patienceMs >= at
  })
  const [first] = places
  if (isAwaited || first === undefined) return late
  return [...late, { taskId: first.task.id, what: 'waits for nothing and is not taken up' }]
}
