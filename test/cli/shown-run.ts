import { type Explanation, type Fact, type Failure, SimulatedClock } from 'dagmar'
import { painter } from '../../src/cli/screen/colours.ts'
import type { Screen } from '../../src/cli/screen/screen.ts'
import { frameOf } from '../../src/cli/view/frame.ts'
import type { Marks } from '../../src/cli/view/ci-lines.ts'
import type { Display } from '../../src/cli/view/display.ts'
import type { Weight } from '../../src/cli/view/fact-line.ts'
import { liveView } from '../../src/cli/view/live-view.ts'
import { plainView } from '../../src/cli/view/plain-view.ts'
import { RunProgress } from '../../src/cli/view/run-progress.ts'
import { taskOf } from '../events/made-facts.ts'

type WithoutEnvelope<F> = F extends unknown ? Omit<F, 'seq' | 'at' | 'runId' | 'afterSeq'> : never
export type ShownFact = WithoutEnvelope<Fact>

const passing: ReadonlySet<string> = new Set([
  'task.output',
  'task.progress',
  'stream.lagged',
  'observer.failed',
])

export const failure = (message: string): Failure => ({
  code: 'COMMAND_FAILED',
  message,
  severity: 'error',
  retryable: true,
  at: 0,
})

export interface ShownRunOptions {
  readonly taskIds: readonly string[]
  readonly screen: Screen
  readonly view?: 'live' | 'plain'
  readonly weights?: readonly Weight[]
  readonly summary?: readonly string[]
  /** How many attempts each task has at most. */
  readonly maxAttempts?: number
  /** Somebody is at the keyboard. */
  readonly hasKeys?: boolean
  readonly leftMs?: number
  readonly groups?: Marks
  readonly isColoured?: boolean
  /** What each task waits for. */
  readonly waitsFor?: Explanation['waitsFor'] | undefined
}

/** A view and the facts it is shown, on a clock that stands still until it is moved. */
export function shownRun(options: ShownRunOptions) {
  const { taskIds, screen, view = 'live', weights, summary = [], maxAttempts = 1, hasKeys = false } = options
  const clock = new SimulatedClock(1_000_000)
  const progress = new RunProgress({
    name: 'shown',
    structure: taskIds.map((id) => ({ ...taskOf(id, []), maxAttempts })),
  })
  const paint = painter(options.isColoured ?? false)
  const why = (taskId: string): Explanation => ({
    taskId,
    status: 'ready',
    sentence: `${taskId} is waiting for something.`,
    waitsFor: options.waitsFor ?? [{ kind: 'pool', pool: 'gpu', amount: 1, free: 0, heldBy: ['another'] }],
  })
  const common = { screen, clock, progress, paint, why, summarise: () => summary }
  const story = (taskId: string): readonly string[] => [`0 ms  ${taskId} started`]
  const live = liveView({
    ...common,
    weights: new Set(weights ?? ['alarm']),
    story,
    hasKeys,
    leftMs: () => options.leftMs,
  })
  const display: Omit<Display, 'keys'> =
    view === 'live'
      ? live
      : plainView({
          ...common,
          weights: new Set(weights ?? ['alarm', 'end', 'event', 'output']),
          ...(options.groups === undefined ? {} : { groups: options.groups }),
        })
  let seq = 0
  /** The fact as a view gets it, after the progress has taken it in. */
  const told = (fact: ShownFact): Fact => {
    const isPassing = passing.has(fact.type)
    const place = isPassing ? { afterSeq: seq } : { seq: ++seq }
    const full = { ...fact, ...place, at: clock.now(), runId: 'run-1' } as Fact
    progress.apply(full)
    return full
  }
  return {
    clock,
    progress,
    display,
    keys: live.keys,
    live,
    /** What every view is made of. */
    parts: common,
    told,
    see: (fact: ShownFact): void => display.see(told(fact)),
    /** What the block looks like now, were it painted. */
    frame: (prompt?: string): string[] =>
      frameOf(progress, { columns: screen.columns, rows: screen.rows, now: clock.now(), paint, why, prompt }),
  }
}

export type ShownRun = ReturnType<typeof shownRun>

/** The facts of a task that starts. */
export function starts(run: ShownRun, taskId: string, attempt = 1): void {
  run.see({ type: 'task.dispatched', taskId, attempt, executor: 'process' })
  run.see({ type: 'task.starting', taskId, attempt, until: 0 })
  run.see({ type: 'task.started', taskId, attempt })
}

export function completes(run: ShownRun, taskId: string, attempt = 1): void {
  run.see({ type: 'task.completed', taskId, attempt, output: undefined })
}

export function fails(run: ShownRun, taskId: string, message: string): void {
  run.see({
    type: 'task.failed',
    taskId,
    attempt: 1,
    failure: failure(message),
    ignored: false,
    deadLettered: false,
    abandoned: false,
  })
}

export function prints(run: ShownRun, taskId: string, text: string): void {
  run.see({ type: 'task.output', taskId, attempt: 1, text, stream: 'stdout' })
}
