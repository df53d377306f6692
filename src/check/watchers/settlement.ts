import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { type DagFaultKind, kindsPhrase } from '../variants/fault.ts'
import { listed } from '../../text/listed.ts'
import { tasksListed } from '../report/listed.ts'
import { type Variant, variantPhrase } from '../variants/variant.ts'
import { noteStarvedRule, type StarvedRule, starvesFinding } from './starved-rules.ts'
import { type FindingDraft, noTroubles, type Watcher } from './watcher.ts'

type Reason = 'hangs' | 'agents' | 'endless' | 'held' | 'stuck'

interface Root {
  readonly reason: Reason
  readonly taskId: TaskId
  readonly kinds: Set<DagFaultKind>
  readonly variant: Variant
  readonly starved: readonly TaskId[]
}

/** Watches whether every run settles, and if not, which task is to blame and which tasks starve. */
export function settlementWatcher(plan: Plan): Watcher {
  const roots = new Map<string, Root>()
  const starvedRules = new Map<TaskId, StarvedRule>()
  return {
    troublesIn: (run) =>
      run.standstill === undefined
        ? noTroubles
        : rootsOf(run).map(({ reason, taskId }) => `unsettled ${reason} ${taskId}`),
    see: (run) => {
      if (run.standstill === undefined) return
      const found = rootsOf(run)
      const ids = new Set(found.map(({ taskId }) => taskId))
      const starved = run.open.map(({ taskId }) => taskId).filter((taskId) => !ids.has(taskId))
      for (const { reason, taskId } of found) {
        const known = roots.get(`${reason} ${taskId}`)
        const root = known ?? {
          reason,
          taskId,
          kinds: new Set<DagFaultKind>(),
          variant: run.variant,
          starved,
        }
        // With a fault of an agent, too, it may be that one for which it hangs.
        const faults = run.variant.agents.length === 0 ? run.variant.faults : []
        for (const fault of faults) if (fault.taskId === taskId) root.kinds.add(fault.kind)
        roots.set(`${reason} ${taskId}`, root)
      }
      for (const one of run.open) noteStarvedRule(one, ids, run.variant, starvedRules)
    },
    drafts: () => [
      ...['hangs', 'agents', 'endless', 'held', 'stuck'].flatMap((reason) =>
        neverSettles(
          plan,
          [...roots.values()].filter((root) => root.reason === reason),
        ),
      ),
      ...starvesFinding(plan, starvedRules),
    ],
  }
}

const live: ReadonlySet<string> = new Set(['starting', 'running', 'stalled', 'stopping'])

/** The tasks that the others wait for: those that are live or go on without end, else the first that waits. */
function rootsOf({ open, standstill, variant }: ExploredRun): readonly Pick<Root, 'reason' | 'taskId'>[] {
  const hanging = open.filter(({ status }) => live.has(status))
  const seeking = open.filter(({ waitsFor }) => waitsFor.some(({ kind }) => kind === 'agent'))
  if (hanging.length === 0 && seeking.length > 0) return pick('agents', seeking)
  if (standstill === 'endless') {
    const struck = open.filter(({ taskId }) => variant.faults.some((fault) => fault.taskId === taskId))
    const going = struck.length > 0 ? struck : open.filter(({ status }) => status !== 'pending')
    return pick('endless', going.length > 0 ? going : open.slice(0, 1))
  }
  if (hanging.length > 0) return pick('hangs', hanging)
  const held = open.filter(({ waitsFor }) => waitsFor.some((one) => one.kind === 'slot' && one.limit === 0))
  if (held.length > 0) return pick('held', held)
  const waiting = open.filter(({ status }) => status !== 'pending')
  return pick('stuck', (waiting.length > 0 ? waiting : open).slice(0, 1))
}

function pick(reason: Reason, found: readonly Explanation[]): readonly Pick<Root, 'reason' | 'taskId'>[] {
  return found.map(({ taskId }) => ({ reason, taskId }))
}

function neverSettles(plan: Plan, roots: readonly Root[]): FindingDraft[] {
  const [first] = roots
  if (first === undefined) return []
  const { reason, variant } = first
  const taskIds = roots.map(({ taskId }) => taskId)
  const most = Math.max(...roots.map(({ starved }) => starved.length))
  const taken = most === 0 ? '' : ` Up to ${most === 1 ? '1 task starves' : `${most} tasks starve`} of it.`
  const common = {
    severity: 'error',
    taskIds,
    variant,
    trouble: `unsettled ${reason} ${first.taskId}`,
  } as const
  const code = 'RUN_NEVER_SETTLES'
  switch (reason) {
    case 'hangs': {
      const kinds = [...new Set(roots.flatMap((root) => [...root.kinds]))]
      const whose = roots.length === 1 ? first.taskId : `any of ${tasksListed(taskIds)}`
      const limits = [...new Set(roots.map(({ taskId }) => lacking(plan.tasks[plan.indexOf(taskId)!]!)))]
      return [
        {
          ...common,
          code,
          sentence: `A run never settles when ${whose} ${kindsPhrase(kinds) || 'hangs'}: nothing ends it (${limits.join('; or ')}, and the run has no timeout).${taken}`,
          hint: 'Give these tasks a timeout, or stall: { after, grace }, in the task or in defaults; or give the dag a timeout.',
        },
      ]
    }
    case 'agents': {
      const inThisRun = roots.filter((root) => root.variant === variant).map(({ taskId }) => taskId)
      return [
        {
          ...common,
          code,
          sentence: (shrunk) =>
            `A run never settles when ${variantPhrase(shrunk)}: ${listed(inThisRun)} ${inThisRun.length === 1 ? 'waits' : 'wait'} for an agent, and nobody comes.${taken}`,
          hint: "Let another agent do it, set onNoAgent: 'retry', or give the dag a timeout.",
        },
      ]
    }
    case 'endless': {
      const isRetried = taskIds.some((id) => plan.tasks[plan.indexOf(id)!]!.policy.maxAttempts > 1)
      const is = taskIds.length === 1 ? 'is' : 'are'
      return [
        {
          ...common,
          code,
          sentence: (shrunk) =>
            `A run goes on past every bound of this check when ${variantPhrase(shrunk)}: ${listed(taskIds)} ${is} ${isRetried ? 'tried again and again' : 'not settled by then'}.${taken}`,
          hint: `${isRetried ? 'Bound retry.maxAttempts' : 'Give the tasks timeouts'}, or give the dag a timeout. For a run that only takes long, give the check a longer timeLimit.`,
        },
      ]
    }
    case 'held':
      return [
        {
          ...common,
          code,
          sentence: 'A run never settles, whatever happens: its concurrency is 0, which holds everything.',
          hint: 'Give a concurrency of 1 or more, as in checkDag(dag, { concurrency: 4 }).',
        },
      ]
    case 'stuck':
      return [
        {
          ...common,
          code: 'RUN_STUCK',
          sentence: (shrunk) =>
            `A run does not settle when ${variantPhrase(shrunk)}, although nothing of it runs and nothing is awaited.`,
          hint: 'This is not the fault of the dag but of dagmar: please report it with the story.',
        },
      ]
  }
}

function lacking({ policy }: PlannedTask): string {
  if (policy.timeoutMs < Infinity || policy.stallAfterMs + policy.stallGraceMs < Infinity) {
    if (policy.killGraceMs === Infinity) return 'killGrace is Infinity'
    return 'startTimeout is Infinity'
  }
  return policy.stallAfterMs < Infinity
    ? 'no timeout, and a stall limit without a grace'
    : 'no timeout and no stall limit'
}
