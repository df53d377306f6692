import { shownValue, thrownText } from '../errors/foreign-value.ts'
import type { AgentJob } from '../events/agent-facts.ts'
import type { AgentRefusal, RefusedAgent } from '../events/facts.ts'
import { refusalsInWords } from '../events/refusals-in-words.ts'
import type { AgentNeed } from '../graph/plan.ts'
import type { Shortage } from './account.ts'
import type { AgentView, Registry } from './registry.ts'
import { routeByLoad, type RoutedTask, type Router, unfitnessOf } from './router.ts'
import type { Sessions } from './sessions.ts'
import type { Shortlist, Shortlists } from './shortlists.ts'

/** What is known of a task for which an agent is looked for. */
export interface ConsideredTask {
  readonly job: Pick<AgentJob, 'runId' | 'taskId'>
  readonly priority: number
  readonly need: AgentNeed
  /** In order. */
  readonly failedWith: readonly string[]
  readonly spent: readonly string[]
}

/**
 * Why nobody can have a task. `full`: those that could do it have as many attempts as they take. `quota`: they may not
 * spend more, which passes. `models`: they may not use its model. `spent`: it has used too much of all of them. `router`:
 * the router threw, or picked somebody who cannot have it. `nobody`: nobody who is there could do it.
 */
export type Want = 'full' | 'quota' | 'models' | 'spent' | 'router' | 'nobody'

export interface NobodyFor {
  readonly want: Want
  readonly considered: readonly RefusedAgent[]
  /** What the router did, where it was that. */
  readonly fault?: string
}

export interface Considering {
  readonly registry: Registry
  readonly shortlists: Shortlists
  readonly router: Router
  readonly sessions: Sessions
  /** Why the agent may spend nothing on the model now. */
  readonly check: (agentId: string, model: string | undefined) => Shortage | undefined
}

/** Why the agent may spend nothing on the model now; where nothing is short, it is reserved. */
export type Reserve = Considering['check']

/** So many agents are named. */
const mostNamed = 20

/**
 * The choices of a task, in the order in which they are tried: undefined is whom the router picks. After a failed attempt
 * the one comes first that follows the agent which had it.
 */
export function choicesOf(
  { agent, fallback }: AgentNeed,
  failedWith: readonly string[],
): readonly (string | undefined)[] {
  const choices = [agent, ...fallback]
  const last = failedWith.at(-1)
  if (last === undefined || choices.length === 1) return choices
  // One that is not named was picked by the router.
  const next = (choices.includes(last) ? choices.indexOf(last) : choices.indexOf(undefined)) + 1
  return [...choices.slice(next), ...choices.slice(0, next)]
}

/** Finds an agent for a task and reserves its allowance; otherwise says why nobody can have it. */
export function placeWith(
  asking: Considering,
  task: ConsideredTask,
  reserve: Reserve,
): { readonly agentId: string } | NobodyFor {
  const { registry } = asking
  const { need, spent } = task
  for (const choice of choicesOf(need, task.failedWith)) {
    if (choice === undefined) {
      const routed = route(asking, task, reserve)
      if (routed !== undefined) return routed
      continue
    }
    const agent = registry.get(choice)
    if (agent === undefined || spent.includes(choice)) continue
    if (unfitnessOf(agent, need.requires) === undefined && reserve(choice, need.model) === undefined)
      return { agentId: choice }
  }
  return nobodyFor(asking, need, spent)
}

/** Why nobody can have the task now. Undefined where somebody can. */
export function wantFor(asking: Considering, task: ConsideredTask): Want | undefined {
  const found = placeWith(asking, task, asking.check)
  return 'agentId' in found ? undefined : found.want
}

/** What is in the way of every task that needs this. Undefined where somebody could have it. */
export function lackOf(asking: Considering, need: AgentNeed): Want | undefined {
  if (need.agent === undefined) {
    const list = asking.shortlists.of(need)
    return list.best(0) === undefined ? wantOf(list.refusals) : undefined
  }
  for (const agent of candidatesFor(asking.registry, need)) {
    if (typeof agent !== 'string' && refusal(asking, agent, need) === undefined) return undefined
  }
  return nobodyFor(asking, need, []).want
}

/** The agents that could be considered, and why they cannot have it. Of many, those are named that are capable. */
export function nobodyFor(asking: Considering, need: AgentNeed, spent: readonly string[]): NobodyFor {
  const considered = candidatesFor(asking.registry, need).map((agent): RefusedAgent => {
    if (typeof agent === 'string') return { agentId: agent, why: 'unknown' }
    return { agentId: agent.id, why: refusalOf(asking, agent, need, spent) }
  })
  const want = wantOf(new Set(considered.map(({ why }) => why)))
  return { want, considered: named(considered) }
}

const isIncapable = ({ why }: RefusedAgent): boolean => why === 'incapable' || why === 'offline'

function named(considered: readonly RefusedAgent[]): readonly RefusedAgent[] {
  if (considered.length <= mostNamed) return considered
  const capable = considered.filter((one) => !isIncapable(one)).slice(0, mostNamed)
  const others = considered.filter(isIncapable).slice(0, mostNamed - capable.length)
  return [...capable, ...others].toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1))
}

function route(
  asking: Considering,
  task: ConsideredTask,
  reserve: Reserve,
): { readonly agentId: string } | NobodyFor | undefined {
  if (asking.router !== routeByLoad) return routeAsked(asking, task, reserve)
  const { registry, check, shortlists } = asking
  const { need, job, priority, failedWith, spent } = task
  const { model } = need
  if (failedWith.length === 0 && spent.length === 0) {
    const list = shortlists.of(need)
    const best = list.best(priority)
    if (best === undefined) return undefined
    const agentId = withSession(asking.sessions, job.runId, list, priority) ?? best.id
    if (reserve(agentId, model) === undefined) return { agentId }
  }
  const routed = routedOf(asking, task)
  let agents = spent.length === 0 ? registry.all : registry.all.filter(({ id }) => !spent.includes(id))
  for (;;) {
    const agentId = routeByLoad(routed, agents)
    if (agentId === undefined) return undefined
    if (reserve(agentId, model) === undefined) return { agentId }
    // Mostly the first has something to spend: the others are looked at when it has not.
    agents = agents.filter(({ id }) => id !== agentId && check(id, model) === undefined)
  }
}

/** Among those that are as good as the best, the first one with a session that the task would go on with. */
function withSession(
  sessions: Sessions,
  runId: string,
  list: Shortlist,
  priority: number,
): string | undefined {
  let first: string | undefined
  for (const id of sessions.agentIds) {
    const isFirst = (first === undefined || id < first) && list.isBest(id, priority)
    if (isFirst && sessions.hasFor(id, runId)) first = id
  }
  return first
}

/** A router of one's own is asked only where somebody can have the task: otherwise it waits, or does not, as ever. */
function routeAsked(
  asking: Considering,
  task: ConsideredTask,
  reserve: Reserve,
): { readonly agentId: string } | NobodyFor | undefined {
  const { registry, router, shortlists } = asking
  const { need, spent } = task
  // A list of its own, which it may sort.
  const { fit } = shortlists.of(need)
  const agents = spent.length === 0 ? fit.slice() : fit.filter(({ id }) => !spent.includes(id))
  if (agents.length === 0) return undefined
  let agentId: unknown
  try {
    agentId = router(routedOf(asking, task), agents)
  } catch (thrown) {
    return misrouted(asking, task, `the router threw: ${thrownText(thrown)}`)
  }
  if (agentId === undefined || agentId === null) return undefined
  if (typeof agentId !== 'string') {
    // Nobody waits for a promise, nor hears that it was rejected.
    if (agentId instanceof Promise) agentId.catch(() => undefined)
    const answer = agentId instanceof Promise ? 'a promise' : shownValue(agentId)
    return misrouted(asking, task, `the router answered ${answer} instead of an id`)
  }
  // Looked up after it was asked, which may have changed who is there.
  const agent = registry.get(agentId)
  const isOne = agent !== undefined && !spent.includes(agentId) && shortlists.of(need).isFit(agentId)
  if (isOne && reserve(agentId, need.model) === undefined) return { agentId }
  const why = agent === undefined ? 'unknown' : refusalOf(asking, agent, need, spent)
  return misrouted(asking, task, `the router picked ${agentId}, which ${refusalsInWords[why]}`)
}

function routedOf(
  { sessions }: Considering,
  { job, need, priority, failedWith }: ConsideredTask,
): RoutedTask {
  const { runId, taskId } = job
  const { requires, model } = need
  const hasSession = (agentId: string): boolean => sessions.hasFor(agentId, runId)
  return { runId, taskId, priority, requires, model, failedWith: new Set(failedWith), hasSession }
}

function misrouted(asking: Considering, { need, spent }: ConsideredTask, fault: string): NobodyFor {
  return { ...nobodyFor(asking, need, spent), want: 'router', fault }
}

/** Those that a task may go to, and the ids of those that are named and not there. */
function candidatesFor(registry: Registry, { agent, fallback }: AgentNeed): readonly (AgentView | string)[] {
  if (agent === undefined) {
    const unknown = fallback.filter((id) => registry.get(id) === undefined)
    return unknown.length === 0 ? registry.all : [...registry.all, ...unknown]
  }
  return [agent, ...fallback].map((id) => registry.get(id) ?? id)
}

function refusal({ check }: Considering, agent: AgentView, need: AgentNeed): AgentRefusal | undefined {
  return unfitnessOf(agent, need.requires) ?? check(agent.id, need.model)?.limit
}

function refusalOf(
  asking: Considering,
  agent: AgentView,
  need: AgentNeed,
  spent: readonly string[],
): AgentRefusal {
  const why = refusal(asking, agent, need)
  const isThere = why !== 'offline' && why !== 'incapable'
  return isThere && spent.includes(agent.id) ? 'spent' : (why ?? 'not picked')
}

function wantOf(whys: Pick<ReadonlySet<AgentRefusal>, 'has'>): Want {
  if (whys.has('full')) return 'full'
  if (passing.some((why) => whys.has(why))) return 'quota'
  if (whys.has('not picked')) return 'router'
  if (whys.has('models')) return 'models'
  // One that is not there may come, and has nothing to do with what it has spent of the others.
  const mayCome = whys.has('offline') || whys.has('unknown')
  return whys.has('spent') && !mayCome ? 'spent' : 'nobody'
}

const passing = ['dailyTokens', 'dailyJobs', 'concurrentJobs', 'modelTokens'] as const
