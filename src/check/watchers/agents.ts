import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan } from '../../graph/plan.ts'
import type { ReadAgents } from '../../runtime/agents/agent-options.ts'
import { mayDo } from '../../runtime/agents/may-do.ts'
import { listed } from '../../text/listed.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { type AgentFault, agentKindsPhrase } from '../variants/agent-fault.ts'
import { nothingHappens, partsOf, type Variant } from '../variants/variant.ts'
import { dayWaitDrafts, dayWaitsIn, type DayWait } from './day-waits.ts'
import { endsIn, type TaskEnd } from './task-end.ts'
import { type FindingDraft, onceEach, type Watcher } from './watcher.ts'

/** A task that completes when nothing goes wrong, and does not when something goes wrong with one agent. */
interface Lost {
  readonly agentId: string
  readonly taskId: TaskId
  readonly variant: Variant
  /** What went wrong, by how the task ended. */
  readonly ends: Map<string, AgentFault[]>
  /** The most attempts that it had. */
  attempts: number
}

/** Does the dag get over everything that may happen to a single agent? */
export function agentsWatcher(plan: Plan, agents: ReadAgents): Watcher {
  const lost = new Map<string, Lost>()
  const waits = new Map<string, DayWait>()
  let baseline: ExploredRun | undefined
  const endsOf = onceEach((run): readonly TaskEnd[] => {
    const outcomes = baseline?.result?.outcomes
    if (outcomes === undefined || culpritOf(run) === undefined) return []
    return endsIn(run).filter(({ taskId }) => outcomes[taskId]?.status === 'completed')
  })
  const waitsOf = onceEach((run) =>
    run.variant === nothingHappens || culpritOf(run)?.kind === 'agent-spent' ? dayWaitsIn(run) : [],
  )
  return {
    troublesIn: (run) => {
      const agentId = culpritOf(run)?.agentId
      return [
        ...endsOf(run).map(({ taskId }) => lossOf(agentId, taskId)),
        ...waitsOf(run).map(({ taskId }) => `${agentId} has ${taskId} wait for the day`),
      ]
    },
    see: (run) => {
      if (run.variant === nothingHappens) baseline = run
      const culprit = culpritOf(run)
      for (const wait of waitsOf(run)) {
        const key = `${culprit?.agentId} ${wait.taskId}`
        if (!waits.has(key)) waits.set(key, { ...wait, variant: run.variant, agentId: culprit?.agentId })
      }
      for (const { taskId, how, attempts } of endsOf(run)) {
        const { agentId } = culprit!
        const key = lossOf(agentId, taskId)
        const one = lost.get(key) ?? { agentId, taskId, variant: run.variant, ends: new Map(), attempts: 0 }
        lost.set(key, one)
        one.attempts = Math.max(one.attempts, attempts)
        one.ends.set(how, [...(one.ends.get(how) ?? []), culprit!])
      }
    },
    drafts: () => [
      ...together([...lost.values()]).map((group) => lossDraft(plan, agents, group)),
      ...dayWaitDrafts([...waits.values()]),
    ],
  }
}

/** The one thing that goes wrong in a run, where that is something with an agent. */
function culpritOf({ variant }: ExploredRun): AgentFault | undefined {
  const { midnightInMs: _, crashAfter, ...parts } = variant
  return partsOf(parts) === 1 && crashAfter === undefined ? variant.agents[0] : undefined
}

function lossOf(agentId: string | undefined, taskId: TaskId): string {
  return `${agentId} fails ${taskId}`
}

/** Tasks that end in the same ways because of the same agent are one finding. */
function together(all: readonly Lost[]): readonly (readonly [Lost, ...Lost[]])[] {
  const groups = new Map<string, [Lost, ...Lost[]]>()
  for (const one of all) {
    const key = clausesOf(one, 'it').join()
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()]
}

function lossDraft(plan: Plan, { list }: ReadAgents, group: readonly [Lost, ...Lost[]]): FindingDraft {
  const [first] = group
  const { agentId, variant, taskId } = first
  const taskIds = group.map((one) => one.taskId)
  const { agent: need, policy } = plan.tasks[plan.indexOf(taskId)!]!
  const others = list.filter((one) => one.id !== agentId && mayDo(one, need!)).map(({ id }) => id)
  const ends = clausesOf(first, taskIds.length === 1 ? taskId : 'each of them').join('; ')
  const common = { severity: 'warning', taskIds, variant, trouble: lossOf(agentId, taskId) } as const
  if (others.length === 0) {
    const { requires, agent } = need!
    const able =
      agent === undefined && requires.length > 0
        ? `Let another agent have what it requires (${listed(requires)})`
        : `Name another agent that may do it, as in fallback: [other]`
    return {
      ...common,
      code: 'AGENT_ALONE',
      sentence: `Only ${agentId} can do ${listed(taskIds)}: ${ends}.`,
      hint: `${able}; or let the dag be ready for its failure.`,
    }
  }
  return {
    ...common,
    code: 'AGENT_NOT_REPLACED',
    sentence: `${listed(others)} can do ${listed(taskIds)} as well as ${agentId}, but ${ends}.`,
    hint:
      first.attempts >= policy.maxAttempts
        ? `Allow one more attempt, as in retry: { maxAttempts: ${policy.maxAttempts + 1} }, which goes to another agent.`
        : 'Allow more dispatch attempts, or give the run more time.',
  }
}

/** `if ada is gone, check is a dead letter after 15 s`, for each way in which the task ends. */
function clausesOf({ agentId, ends }: Lost, subject: string): readonly string[] {
  return [...ends].map(([how, faults], index) => {
    const atOnce = faults.filter(({ during }) => during === 0).map(({ kind }) => kind)
    const atWork = faults.filter(({ kind, during }) => during > 0 && !atOnce.includes(kind))
    const when = [
      agentKindsPhrase(atOnce),
      atWork.length === 0
        ? ''
        : `${agentKindsPhrase(
            atWork.map(({ kind }) => kind),
            true,
          )} while it works`,
    ].filter((words) => words !== '')
    return `if ${index === 0 ? agentId : 'it'} ${when.join(', or ')}, ${index === 0 ? subject : 'it'} ${how}`
  })
}
