import type { Failure } from '../../../machines/outcome.ts'
import type { AgentReason, TaskContext } from '../../../machines/task-context.ts'
import type { AgentJob } from '../../events/agent-facts.ts'
import {
  type ClaimEnd,
  type ClaimRefusal,
  type NewRunFact,
  type RefusedAgent,
  untilIn,
} from '../../events/facts.ts'
import type { Want } from '../../agents/consider.ts'
import type { AgentsOfTask } from '../../events/task-view.ts'
import type { AgentNeed } from '../../graph/plan.ts'
import type { AgentPart } from '../admission/agent-desk.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { AgentResource } from './agent-resource.ts'

/** A task that is to be given to an agent. */
export interface AskedTask {
  /** The attempt that it is about to begin. */
  readonly job: AgentJob
  readonly need: AgentNeed
  readonly priority: number
  /** The agents that have failed it, in order, and those that it has spent too much of. */
  readonly failedWith: readonly string[]
  readonly spent: readonly string[]
  /** How many dispatch attempts it has used. */
  readonly dispatchAttempts: number
}

/** A task that could not be claimed for an agent. */
export interface FailedClaim {
  readonly agentId: string
  readonly why: ClaimRefusal
  readonly heldBy?: string
  readonly ended?: ClaimEnd
  readonly message: string
}

/** Why nobody has it, and what follows from that. */
export interface RefusedTask {
  readonly type: 'task.deferred' | 'dispatch.no-agent' | 'dispatch.quota-exceeded' | 'dispatch.claim-failed'
  /** Undefined for a claim that has failed. */
  readonly want?: Want
  readonly claim?: FailedClaim
  readonly considered: readonly RefusedAgent[]
  readonly failure: Pick<Failure, 'code' | 'message' | 'retryable'>
  /** The dispatch attempt that it has cost. Undefined where it waits for agents to change, which costs nothing. */
  readonly attempt: { readonly number: number; readonly most: number; readonly retryAt: number } | undefined
}

/** The part of a task, as the desk keeps it. */
export interface OwnPart extends AgentPart {
  /** The attempt that its agent has. */
  job: AgentJob | undefined
  refused: RefusedTask | undefined
  /** True once the attempt has used more than there was. */
  isOver: boolean
  /** That of its last claim. */
  fence: number | undefined
  /** True while that claim is not released. */
  isClaimed: boolean
  readonly failedWith: string[]
  readonly spent: string[]
}

/** Why no agent can have the task now; undefined where one can. */
export type WantOf = (live: LiveTask) => Want | undefined

export function newPart(before: AgentsOfTask | undefined): OwnPart {
  return {
    agentId: undefined,
    session: undefined,
    considered: undefined,
    claim: undefined,
    claimed: undefined,
    fence: before?.fence,
    isClaimed: before?.fence !== undefined,
    job: undefined,
    refused: undefined,
    isOver: false,
    failedWith: [...(before?.failedWith ?? [])],
    spent: [...(before?.spent ?? [])],
  }
}

export const ownPart = (live: LiveTask): OwnPart => live.part as OwnPart

export function askedOf({ task, context, part }: LiveTask): AskedTask {
  const { runId, taskId, attempt, dispatchAttempts } = context
  const { failedWith, spent } = part as OwnPart
  const job = { runId, taskId, attempt: attempt + 1 }
  return { job, need: task.agent!, priority: task.priority, failedWith, spent, dispatchAttempts }
}

/** Ends the attempt, once it is live. */
export function endJob(live: LiveTask, reason: AgentReason): void {
  const { run, task } = live
  if (run.live.get(task.index) === live) run.sendTask(live, { type: 'task.end', at: run.now, reason })
}

/** The attempt goes on. */
export function warn(live: LiveTask, message: string): void {
  const { run, context, ref } = live
  run.sendTask(live, { type: 'attempt.warned', attempt: context.attempt, at: run.now, message }, ref)
}

/** `longestMs` is the longest that the agent may be at work for it. */
export function grant(live: LiveTask, longestMs: number): void {
  const { run, task, lane } = live
  const timeoutMs = Math.min(task.policy.timeoutMs, longestMs)
  const forceable = lane.load.executor.force !== undefined
  run.sendTask(live, { type: 'task.grant', at: run.now, forceable, timeoutMs })
}

/** `wantOf` says why nobody can have the task now. */
export function refuse(live: LiveTask, refused: RefusedTask, resource: AgentResource, wantOf: WantOf): void {
  const { run } = live
  const part = ownPart(live)
  const { now: at } = run
  const { attempt, considered } = refused
  part.refused = refused
  part.considered = considered
  if (attempt === undefined) {
    run.sendTask(live, { type: 'task.defer', at })
    waitForAgents(live, refused, resource, wantOf)
    return
  }
  const { most, retryAt } = attempt
  run.sendTask(live, { type: 'task.refuse', at, most, retryAt, failure: failureOf(live, refused) })
  // Nobody hears of a claim that others give back, nor when a router will answer otherwise.
  if (refused.claim !== undefined || refused.failure.code === 'ROUTER_FAILED') return
  awaitAttempt(live, resource, wantOf)
}

/** Has the task tried before its next dispatch attempt, as soon as somebody can have it. */
export function awaitAttempt(live: LiveTask, resource: AgentResource, wantOf: WantOf): void {
  const { run, lane } = live
  const { dispatchAttempts } = live.context
  const isWaiting = (): boolean =>
    live.context.waitingFor === 'retry' && live.context.dispatchAttempts === dispatchAttempts
  if (!isWaiting()) return
  resource.tryBefore(lane, live, () => {
    if (!isWaiting()) return true
    if (wantOf(live) !== undefined) return false
    // As if its instant had come.
    run.sendTask(live, { type: 'task.due', at: live.context.retryAt })
    return true
  })
}

/** With its lane; or alone, where others of the lane may be granted: they have not spent what it has spent. */
function waitForAgents(live: LiveTask, { want }: RefusedTask, resource: AgentResource, wantOf: WantOf): void {
  const { run, task, lane } = live
  if (resource.lacks(lane) !== undefined) {
    run.books.queue.restore(task.index)
    run.books.queue.close(lane.index)
    resource.hold(lane)
    return
  }
  const tryAgain = (): boolean => {
    const isWaiting = run.live.get(task.index) === live && live.context.waitingFor === 'capacity'
    if (!isWaiting || run.books.queue.has(task.index)) return true
    // One that waits for something else now says so when it is offered.
    if (wantOf(live) === want) return false
    run.restore(task.index)
    return true
  }
  resource.park(tryAgain, run)
}

/** What the fact says of why it was refused. Undefined where its executor declined it, or took its acceptance back. */
export function refusalFact(live: LiveTask): NewRunFact | undefined {
  const { refused } = ownPart(live)
  if (refused === undefined) return undefined
  const { type, considered, attempt, claim } = refused
  const { taskId } = live.context
  if (type === 'task.deferred') {
    const { name: executor, carrying } = live.lane.load
    return { type, taskId, executor, carrying, considered }
  }
  const numbered =
    attempt === undefined ? {} : { dispatchAttempt: attempt.number, ...untilIn(attempt.retryAt) }
  const failure = failureOf(live, refused)
  if (type !== 'dispatch.claim-failed') return { type, taskId, considered, failure, ...numbered }
  const { message: _said, ...said } = claim!
  return { type, taskId, ...said, failure, ...numbered }
}

function failureOf({ context, run }: LiveTask, { failure }: RefusedTask): Failure {
  const { severity }: TaskContext['policy'] = context.policy
  return { ...failure, severity, at: run.now }
}
