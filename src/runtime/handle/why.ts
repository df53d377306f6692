import type { TaskId } from '../../../machines/outcome.ts'
import { type Explanation, explanationOf, type WaitsFor } from '../../events/explanation.ts'
import { waitsForDependencies } from '../../events/why-of.ts'
import type { Lane } from '../admission/lane.ts'
import type { Lack } from '../admission/resource.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'

/** What the task waits for now, in one sentence and as data: what `whyOf` says, and what only the runtime knows. */
export function why(run: Run, index: number): Explanation {
  const taskId = run.plan.tasks[index]!.id
  const live = run.live.get(index)
  // What the task is doing now; its latest facts may not be committed yet.
  const status = live?.context.state ?? run.log.task(taskId)?.status ?? 'pending'
  const outcome = run.books.outcomes[index]
  const since = run.outbox.awaitsStoreSince
  const waitsFor: WaitsFor[] = since === undefined ? [] : [{ kind: 'store', since }]
  if (outcome === undefined) waitsFor.push(...waits(run, index))
  return explanationOf({ taskId, status, outcome, waitsFor, now: run.shared.clock.now(), knowsLimits: true })
}

function waits(run: Run, index: number): WaitsFor[] {
  const live = run.live.get(index)
  if (live !== undefined && live.context.state !== 'dispatched') return waitsOfAttempt(run, live)
  const { waitingFor, retryAt } = live?.context ?? {}
  if (waitingFor === 'retry') return [{ kind: 'instant', what: 'retry', at: retryAt! }]
  if (waitingFor === 'answer') return [{ kind: 'answer', question: question(run, index) }]
  if (!run.books.queue.has(index)) {
    return waitsForDependencies(run.plan.structure[index]!, (_, need) => {
      return run.books.outcomes[run.plan.tasks[index]!.needs[need]!]
    })
  }
  return waitsForRoom(run, index)
}

function waitsOfAttempt(run: Run, { context }: LiveTask): WaitsFor[] {
  const at: WaitsFor[] = []
  const add = (what: Extract<WaitsFor, { kind: 'instant' }>['what'], instant: number): void => {
    if (instant !== Number.POSITIVE_INFINITY) at.push({ kind: 'instant', what, at: instant })
  }
  if (context.state === 'stopping') {
    add('kill grace', context.forceAt)
    return at
  }
  if (context.openQuestions > 0) at.push({ kind: 'answer', question: question(run, context.index) })
  add('start timeout', context.startBy)
  add('stall timeout', context.stallAt)
  add('stall grace', context.graceAt)
  add('timeout', context.timeoutAt)
  return at
}

function waitsForRoom(run: Run, index: number): WaitsFor[] {
  const { state } = run.dagContext
  const isEnding = state === 'draining' || state === 'killing'
  if (state === 'paused' || (isEnding && !run.plan.tasks[index]!.teardown)) return [{ kind: 'run', state }]
  const { lanes, queue } = run.books
  const lane = lanes[queue.laneOf(index)]!
  return run.shared.admission.lacks(lane).map((lack) => waitsForLack(run, lane, lack))
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

function question(run: Run, index: number): string {
  return run.log.task(run.plan.tasks[index]!.id)?.questions[0] ?? ''
}
