import type { TaskId } from '../../../machines/outcome.ts'
import type { TaskStatus } from '../../events/task-view.ts'
import type { Rule } from '../../graph/rules.ts'
import { showMs } from '../../time/duration.ts'
import type { Lane } from '../admission/lane.ts'
import type { Lack } from '../admission/resource.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'

/** One thing that a task waits for. */
export type WaitsFor =
  | {
      readonly kind: 'dependencies'
      readonly rule: Rule
      /** The dependencies that are not settled. */
      readonly taskIds: readonly TaskId[]
      /** True where the rule can no longer be met: the task is skipped when these are settled. */
      readonly isHopeless?: true
    }
  | { readonly kind: 'run'; readonly state: 'paused' | 'draining' | 'killing' }
  | {
      readonly kind: 'slot'
      readonly of: 'run' | 'runtime'
      readonly limit: number
      /** The tasks of this run that hold one. */
      readonly heldBy: readonly TaskId[]
      /** How many tasks of other runs hold one. */
      readonly heldElsewhere: number
    }
  | {
      readonly kind: 'pool'
      readonly pool: string
      readonly amount: number
      readonly free: number
      readonly heldBy: readonly TaskId[]
    }
  | {
      readonly kind: 'executor'
      readonly executor: string
      readonly carrying: number
      readonly capacity?: number
      /** When the executor is asked again, unless it has room earlier. Epoch milliseconds. */
      readonly until?: number
    }
  | {
      readonly kind: 'instant'
      readonly what: 'retry' | 'start timeout' | 'timeout' | 'stall timeout' | 'stall grace' | 'kill grace'
      readonly at: number
    }
  | { readonly kind: 'answer'; readonly question: string }

/** The answer of `run.why(taskId)`. */
export interface Explanation {
  readonly taskId: TaskId
  readonly status: TaskStatus
  /** For people: what it waits for, and what would release it. */
  readonly sentence: string
  /** The same as data. Empty for a task that is settled, or about to start. */
  readonly waitsFor: readonly WaitsFor[]
}

/** What the task waits for now, in one sentence and as data. */
export function why(run: Run, index: number): Explanation {
  const taskId = run.plan.tasks[index]!.id
  const live = run.live.get(index)
  // What the task is doing now; its latest facts may not be committed yet.
  const status = live?.context.state ?? run.log.task(taskId)?.status ?? 'pending'
  const waitsFor = run.books.outcomes[index] === undefined ? waits(run, index) : []
  return { taskId, status, waitsFor, sentence: sentence(run, index, status, waitsFor) }
}

function waits(run: Run, index: number): WaitsFor[] {
  const live = run.live.get(index)
  if (live !== undefined && live.context.state !== 'dispatched') return waitsOfAttempt(run, live)
  const { waitingFor, retryAt } = live?.context ?? {}
  if (waitingFor === 'retry') return [{ kind: 'instant', what: 'retry', at: retryAt! }]
  if (waitingFor === 'answer') return [{ kind: 'answer', question: question(run, index) }]
  if (!run.books.queue.has(index)) {
    const { rule, needs } = run.plan.tasks[index]!
    const open = needs.filter((need) => run.books.outcomes[need] === undefined)
    if (open.length === 0) return []
    const taskIds = open.map((need) => run.plan.tasks[need]!.id)
    const isHopeless = run.books.frontier.isHopeless(index)
    return [{ kind: 'dependencies', rule, taskIds, ...(isHopeless ? { isHopeless } : {}) }]
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
  if (state === 'paused' || state === 'draining' || state === 'killing') return [{ kind: 'run', state }]
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

function sentence(run: Run, index: number, status: TaskStatus, waitsFor: readonly WaitsFor[]): string {
  const taskId = run.plan.tasks[index]!.id
  const outcome = run.books.outcomes[index]
  switch (outcome?.status) {
    case 'completed':
      return `${taskId} is completed.`
    case 'failed':
      return `${taskId} failed: ${outcome.failure.message}`
    case 'killed':
      return `${taskId} was killed: ${outcome.reason}.`
    case 'skipped':
      return `${taskId} was skipped (${outcome.because})${outcome.causedBy === undefined ? '' : ` because of ${outcome.causedBy}`}.`
    case undefined:
  }
  if (waitsFor.length === 0) return unawaited(taskId, status)
  const now = run.shared.clock.now()
  const phrases = waitsFor.map((one) => phrase(one, now)).join('; and ')
  return `${taskId} is ${status} and waits ${phrases}${/[.!?]$/.test(phrases) ? '' : '.'}`
}

function unawaited(taskId: TaskId, status: TaskStatus): string {
  if (status === 'stalled') {
    return `${taskId} is stalled: it gives no sign of work, and nothing but a kill would end it.`
  }
  const isLive = status === 'starting' || status === 'running' || status === 'stopping'
  return isLive
    ? `${taskId} is ${status}, and nothing limits how long.`
    : `${taskId} is about to be taken up.`
}

function phrase(one: WaitsFor, now: number): string {
  switch (one.kind) {
    case 'dependencies':
      return `for ${listed(one.taskIds)} (rule ${typeof one.rule === 'function' ? 'of its own' : one.rule})${
        one.isHopeless === true ? ', to be skipped then, since the rule can no longer be met' : ''
      }`
    case 'run':
      return one.state === 'paused' ? 'until the run is resumed' : `in vain, since the run is ${one.state}`
    case 'slot':
      return slotPhrase(one)
    case 'pool':
      return `for ${one.amount} of the pool ${one.pool}, which has ${one.free} free${one.heldBy.length === 0 ? '' : ` (held by ${listed(one.heldBy)})`}`
    case 'executor': {
      const again =
        one.until === undefined
          ? 'until it has room'
          : `until it has room or is asked again in ${showMs(one.until - now)}`
      return `for the executor ${one.executor}, which is full with ${one.carrying}, ${again}`
    }
    case 'instant':
      return `${one.what === 'retry' ? 'to try again' : `at most until its ${one.what}`} in ${showMs(one.at - now)}`
    case 'answer':
      return `for an answer: ${one.question}`
  }
}

function slotPhrase({ of, limit, heldBy, heldElsewhere }: Extract<WaitsFor, { kind: 'slot' }>): string {
  if (limit === 0) return `for a slot, but the concurrency of the ${of} is 0, which holds everything`
  const others = heldElsewhere > 0 ? [`${heldElsewhere} of other runs`] : []
  return `for one of the ${limit} slots of the ${of}, held by ${listed([...heldBy, ...others])}`
}

const named = 5

function listed(words: readonly string[]): string {
  if (words.length === 0) return 'nobody'
  if (words.length <= named) return words.join(', ')
  return `${words.slice(0, named).join(', ')} and ${words.length - named} more`
}
