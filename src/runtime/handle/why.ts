import type { TaskId } from '../../../machines/outcome.ts'
import type { TaskContext } from '../../../machines/task-context.ts'
import { type Explanation, explanationOf, type WaitsFor } from '../../events/explanation.ts'
import { questionOf, type Unsettled, waitsOf } from '../../events/why-of.ts'
import type { Lane } from '../admission/lane.ts'
import type { Lack } from '../admission/resource.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'
import { inWords } from './wait-in-words.ts'

/** What the task waits for now, in one sentence and as data: what `whyOf` says, and what only the runtime knows. */
export function why(run: Run, index: number): Explanation {
  const taskId = run.plan.tasks[index]!.id
  const live = run.live.get(index)
  // What the task is doing now; its latest facts may not be committed yet.
  const status = live?.context.state ?? run.log.task(taskId)?.status ?? 'pending'
  const outcome = run.books.outcomes[index]
  const since = run.outbox.awaitsStoreSince
  const waitsFor: WaitsFor[] = since === undefined ? [] : [{ kind: 'store', since }]
  if (outcome === undefined) waitsFor.push(...waitsOf(knownOf(run, index)))
  const now = run.shared.clock.now()
  const sign = run.log.signOf(taskId)
  const explained = explanationOf({
    taskId,
    status,
    outcome,
    waitsFor,
    inWords,
    now,
    knowsLimits: true,
    sign,
  })
  const isOfSlots =
    live?.isHolding === true || waitsFor.some((one) => one.kind === 'slot' && one.of === 'runtime')
  const standstill = isOfSlots ? run.shared.standstill() : undefined
  if (standstill === undefined) return explained
  return { ...explained, sentence: `${explained.sentence} ${standstill}` }
}

function knownOf(run: Run, index: number): Unsettled {
  const context = run.live.get(index)?.context
  const { lanes, queue, outcomes, asked } = run.books
  const { needs } = run.plan.tasks[index]!
  return {
    status: context?.state ?? (asked.has(index) ? 'dispatched' : queue.has(index) ? 'ready' : 'pending'),
    structure: run.plan.structure[index]!,
    runStatus: run.dagContext.state,
    outcomeOf: (_, place) => outcomes[needs[place]!],
    question:
      asked.has(index) || (context !== undefined && isAsked(context)) ? questionIn(run, index) : undefined,
    considered: context === undefined ? undefined : refusedBy(context, run.live.get(index)!),
    instants: context === undefined ? [] : instantsIn(context),
    room: () => {
      const claim = run.live.get(index)?.part?.claim
      if (claim !== undefined) return [{ kind: 'claim', agentId: claim.agentId, until: claim.until }]
      const lane = lanes[queue.laneOf(index)]!
      return run.shared.admission.lacks(lane).map((lack) => waitsForLack(run, lane, lack))
    },
  }
}

/** The question that is open. Its text is not known before its facts are committed: what was asked earlier is answered. */
function questionIn({ log, live, books, plan }: Run, index: number): Unsettled['question'] {
  const task = log.task(plan.tasks[index]!.id)
  const context = live.get(index)?.context
  const isCommitted = task !== undefined && task.seq >= (live.get(index)?.lastSeq ?? books.lastSeq[index]!)
  const told = isCommitted ? questionOf(task) : undefined
  const of = context === undefined ? 'confirm' : context.state === 'dispatched' ? 'failure' : 'handler'
  return told ?? { kind: 'answer', question: '', of }
}

/** The agents that could not have it, while it waits because of that. */
function refusedBy({ state, waitingFor }: TaskContext, { part }: LiveTask): Unsettled['considered'] {
  const waits = state === 'dispatched' && (waitingFor === 'capacity' || waitingFor === 'retry')
  return waits ? part?.considered : undefined
}

/** Questions of an attempt that has been told to end are no longer open. */
function isAsked({ state, waitingFor, openQuestions }: TaskContext): boolean {
  return state === 'dispatched' ? waitingFor === 'answer' : state !== 'stopping' && openQuestions.length > 0
}

function instantsIn(context: TaskContext): Unsettled['instants'] {
  if (context.state === 'dispatched') return [['retry', context.retryAt]]
  if (context.state === 'stopping') return [['kill grace', context.forceAt]]
  return [
    ['start timeout', context.startBy],
    ['stall timeout', context.stallAt],
    ['stall grace', context.graceAt],
    ['timeout', context.timeoutAt],
  ]
}

function waitsForLack(run: Run, lane: Lane, lack: Lack): WaitsFor {
  const { slots, pools, executors } = run.shared.admission
  switch (lack.kind) {
    case 'slot': {
      const { limit, held } = lack.of === 'run' ? run.slots : slots.slots
      const heldBy = holders(run, () => true)
      return { kind: 'slot', of: lack.of, limit, heldBy, heldElsewhere: held - heldBy.length }
    }
    case 'pool': {
      const { pool } = lack
      const having = lack.of === 'run' ? run.pools : pools.pools
      return {
        kind: 'pool',
        pool,
        amount: lane.uses[pool]!,
        free: having.total(pool)! - having.used(pool),
        heldBy: holders(run, ({ task }) => (task.uses[pool] ?? 0) > 0),
      }
    }
    case 'agent':
      return { kind: 'agent', considered: run.shared.agents!.considered(lane.agent!) }
    case 'executor': {
      const { name, carrying, executor } = lane.load
      const until = executors.reopensAt(lane.load)
      return {
        kind: 'executor',
        executor: name,
        carrying,
        ...(executor.capacity === undefined ? {} : { capacity: executor.capacity }),
        ...(until === Number.POSITIVE_INFINITY ? {} : { until }),
      }
    }
  }
}

function holders(run: Run, which: (live: LiveTask) => boolean): TaskId[] {
  return [...run.live].filter((live) => live.isHolding && which(live)).map(({ task }) => task.id)
}
