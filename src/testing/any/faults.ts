import type { Arbitrary } from 'fast-check'
import type { TaskId } from '../../../machines/outcome.ts'
import { type AnyDag, type Plan, planOf } from '../../graph/plan.ts'
import { badStarts, failedEnds, ms } from './any-pace.ts'
import { anyList } from './any-list.ts'
import { fc } from '../law/fast-check.ts'
import { worded } from '../law/in-words.ts'
import { anyStray, type StrayReport } from './any-stray.ts'

/** One thing that goes wrong in a run. Attempts count from 1; instants are milliseconds from the run's start. */
export type Fault =
  /** The attempt fails: like a handler that throws an `Error`, a `TerminalError` or a `RetryAfterError`. */
  | {
      readonly kind: 'fails'
      readonly taskId: TaskId
      readonly attempt: number
      readonly how: (typeof failedEnds)[number]
    }
  /** The executor never reports a start, takes the attempt back as if it were full, or throws. */
  | {
      readonly kind: 'does-not-start'
      readonly taskId: TaskId
      readonly attempt: number
      readonly how: (typeof badStarts)[number]
    }
  /** The attempt falls silent, and the report of its end never comes. */
  | { readonly kind: 'hangs'; readonly taskId: TaskId; readonly attempt: number }
  /** The attempt falls silent for `forMs`, and then completes. */
  | { readonly kind: 'stalls'; readonly taskId: TaskId; readonly attempt: number; readonly forMs: number }
  /** Told to end, the attempt goes on; `forced` says whether it can be ended by force. */
  | {
      readonly kind: 'ignores-end'
      readonly taskId: TaskId
      readonly attempt: number
      readonly forced: boolean
    }
  /** A report comes that is late, doubled, or about an attempt that never existed. */
  | {
      readonly kind: 'stray-report'
      readonly taskId: TaskId
      readonly attempt: number
      readonly type: StrayReport['type']
      readonly at: number
    }
  /** Somebody kills the task, or without `taskId` the run. */
  | { readonly kind: 'killed'; readonly taskId?: TaskId; readonly at: number }
  | { readonly kind: 'drained'; readonly at: number }
  /** The process that coordinates the run dies. Another one recovers it from its journal at once. */
  | { readonly kind: 'crashed'; readonly at: number }
  /** The run is paused. Where nothing resumes it, the end of the rehearsal does. */
  | { readonly kind: 'paused' | 'resumed'; readonly at: number }
  /** An observer throws, is slow, comes late, or kills the run from inside a notification. */
  | { readonly kind: 'observer'; readonly how: ObserverKind }
  /** The store takes a while for each append. */
  | { readonly kind: 'slow-store'; readonly delayMs: number }

/**
 * `throws` throws now and then, `late` subscribes in the middle, `slow` takes its time over each fact, `kills` kills
 * the run from inside a notification.
 */
export type ObserverKind = 'throws' | 'late' | 'slow' | 'kills'

/** Everything that goes wrong in a run. */
export type Faults = readonly Fault[]

export type FaultKind = Fault['kind']

export interface AnyFaultsOptions {
  /** How many faults a run may have at most. Runs without any are always among the cases. @default 4 */
  readonly maxFaults?: number
  /** The kinds of faults that may be drawn. @default all of them */
  readonly kinds?: readonly FaultKind[]
  /** The last attempt of a task that may have a fault. @default 3 */
  readonly maxAttempt?: number
  /** Instants are before this one, in milliseconds from the run's start. @default 250 */
  readonly withinMs?: number
}

/** Random faults for runs of a dag. Shrinks to as few faults as possible. */
export function anyFaults(dag: Plan | AnyDag, options: AnyFaultsOptions = {}): Arbitrary<Faults> {
  const ids = planOf(dag).tasks.map(({ id }) => id)
  const { maxFaults = 4, maxAttempt = 3, withinMs = 250 } = options
  if (ids.length === 0) return fc.constant([])
  const known = faultsOf(ids, maxAttempt, withinMs)
  const { kinds = Object.keys(known) as FaultKind[] } = options
  const possible = [...new Set(kinds.map((kind) => known[kind]))]
  if (possible.length === 0) return fc.constant([])
  return anyList(fc.oneof(...possible), { min: 0, max: maxFaults }).map((faults) =>
    worded([...faults], () => faultsInWords(faults)),
  )
}

const of = <Kind extends FaultKind>(kind: Kind): Arbitrary<Kind> => fc.constant(kind)

function faultsOf(
  ids: readonly TaskId[],
  maxAttempt: number,
  withinMs: number,
): Readonly<Record<FaultKind, Arbitrary<Fault>>> {
  const taskId = fc.constantFrom(...ids)
  const attempt = fc.integer({ min: 1, max: maxAttempt })
  const at = fc.integer({ min: 0, max: withinMs })
  const idAt = (place: number): TaskId => ids[place % ids.length]!
  return {
    fails: fc.record({ kind: of('fails'), taskId, attempt, how: fc.constantFrom(...failedEnds) }),
    'does-not-start': fc.record({
      kind: of('does-not-start'),
      taskId,
      attempt,
      how: fc.constantFrom(...badStarts),
    }),
    hangs: fc.record({ kind: of('hangs'), taskId, attempt }),
    stalls: fc.record({ kind: of('stalls'), taskId, attempt, forMs: ms(25, 60, 200) }),
    'ignores-end': fc.record({ kind: of('ignores-end'), taskId, attempt, forced: fc.boolean() }),
    'stray-report': anyStray(withinMs).map(({ task, ...stray }) => ({
      kind: 'stray-report',
      taskId: idAt(task),
      ...stray,
    })),
    killed: fc.record({ taskId: fc.option(taskId, { nil: undefined, freq: 4 }), at }).map((killed) => ({
      kind: 'killed',
      at: killed.at,
      ...(killed.taskId === undefined ? {} : { taskId: killed.taskId }),
    })),
    drained: fc.record({ kind: of('drained'), at }),
    crashed: fc.record({ kind: of('crashed'), at }),
    paused: fc.record({ kind: of('paused'), at }),
    resumed: fc.record({ kind: of('resumed'), at }),
    observer: fc.record({
      kind: of('observer'),
      how: fc.constantFrom('slow' as const, 'throws' as const, 'late' as const, 'kills' as const),
    }),
    'slow-store': fc.record({ kind: of('slow-store'), delayMs: ms(3, 20) }),
  }
}

/** Faults as lines. */
export function faultsInWords(faults: Faults): string {
  return faults.length === 0 ? 'no faults' : faults.map((fault) => `- ${faultInWords(fault)}`).join('\n')
}

/** A fault as a sentence without its full stop. */
export function faultInWords(fault: Fault): string {
  switch (fault.kind) {
    case 'fails':
      return `attempt ${fault.attempt} of ${fault.taskId} fails (${fault.how})`
    case 'does-not-start':
      return `attempt ${fault.attempt} of ${fault.taskId} does not start (${fault.how})`
    case 'hangs':
      return `attempt ${fault.attempt} of ${fault.taskId} falls silent and never ends`
    case 'stalls':
      return `attempt ${fault.attempt} of ${fault.taskId} is silent for ${fault.forMs} ms`
    case 'ignores-end':
      return `attempt ${fault.attempt} of ${fault.taskId} goes on when told to end${fault.forced ? '' : ', even by force'}`
    case 'stray-report':
      return `at ${fault.at} ms comes a report '${fault.type}' of attempt ${fault.attempt} of ${fault.taskId}`
    case 'killed':
      return `at ${fault.at} ms ${fault.taskId ?? 'the run'} is killed`
    case 'crashed':
      return `at ${fault.at} ms the coordinator dies, and another one recovers the run`
    case 'drained':
    case 'paused':
    case 'resumed':
      return `at ${fault.at} ms the run is ${fault.kind}`
    case 'observer':
      return `there is an observer that ${observers[fault.how]}`
    case 'slow-store':
      return `the store takes ${fault.delayMs} ms`
  }
}

const observers = {
  slow: 'is slow',
  throws: 'throws',
  late: 'comes late',
  kills: 'kills the run from inside a notification',
} as const
