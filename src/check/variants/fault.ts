import type { TaskId } from '../../../machines/outcome.ts'
import { traitsOf } from '../../executors/built-in.ts'
import { isGroup } from '../../graph/group.ts'
import type { PlannedTask } from '../../graph/plan.ts'

/** What may go wrong with a task, or with the run while the task runs. */
export const faultKinds = [
  'fails',
  'fails-once',
  'fails-terminally',
  'fails-critically',
  'hangs',
  'ignores-abort',
  'never-starts',
  'stalls',
  'killed',
  'rejected',
  'run-killed',
  'run-drained',
] as const

/**
 * `fails`: every attempt fails. `fails-once`: the first attempt fails. `fails-terminally`, `fails-critically`: the
 * first attempt fails in a way that allows no other, or that ends the run. `hangs`: it ends only when it is told to.
 * `ignores-abort`: it does not even end then. `never-starts`: its executor reports no start. `stalls`: it is silent for
 * longer than its stall limits allow, then completes. `killed`: somebody kills it while it runs. `rejected`: its
 * executor declines the first offer, and takes its acceptance of the second one back. `run-killed`, `run-drained`:
 * somebody kills or drains the run while the task runs.
 */
export type DagFaultKind = (typeof faultKinds)[number]

/** One thing that goes wrong. */
export interface DagFault {
  readonly taskId: TaskId
  readonly kind: DagFaultKind
}

const phrases: Readonly<Record<DagFaultKind, (taskId: TaskId) => string>> = {
  fails: (id) => `${id} fails every time`,
  'fails-once': (id) => `${id} fails once`,
  'fails-terminally': (id) => `${id} fails with a TerminalError`,
  'fails-critically': (id) => `${id} fails critically`,
  hangs: (id) => `${id} hangs`,
  'ignores-abort': (id) => `${id} hangs and ignores its signal`,
  'never-starts': (id) => `the executor of ${id} never reports its start`,
  stalls: (id) => `${id} goes silent for a while`,
  killed: (id) => `${id} is killed by hand`,
  rejected: (id) => `the executor of ${id} is full at first`,
  'run-killed': (id) => `the run is killed while ${id} runs`,
  'run-drained': (id) => `the run is drained while ${id} runs`,
}

/** A fault in words: `build fails every time`. */
export function faultPhrase({ kind, taskId }: DagFault): string {
  return phrases[kind](taskId)
}

const verbs: Readonly<Record<DagFaultKind, string>> = {
  fails: 'fails',
  'fails-once': 'fails once',
  'fails-terminally': 'fails terminally',
  'fails-critically': 'fails critically',
  hangs: 'hangs',
  'ignores-abort': 'ignores its signal',
  'never-starts': 'is never started',
  stalls: 'goes silent',
  killed: 'is killed',
  rejected: 'is rejected',
  'run-killed': 'runs and the run is killed',
  'run-drained': 'runs and the run is drained',
}

/** Several kinds in words: `fails, hangs or is killed`. */
export function kindsPhrase(kinds: readonly DagFaultKind[]): string {
  const words = faultKinds.filter((kind) => kinds.includes(kind)).map((kind) => verbs[kind])
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`
}

/** Faults that end the whole run, whatever the dag says. */
export const endsRun: ReadonlySet<DagFaultKind> = new Set(['fails-critically', 'run-killed', 'run-drained'])

/** The faults that a task can have. Of those that are the same for this task, only one is listed. */
export function faultsOf(task: PlannedTask, wanted: ReadonlySet<string>): readonly DagFaultKind[] {
  return faultKinds.filter((kind) => wanted.has(kind) && befalls(task, kind))
}

function befalls(task: PlannedTask, kind: DagFaultKind): boolean {
  const { policy, executor } = task
  if (isGroup(task)) return kind === 'killed' || kind === 'run-killed' || kind === 'run-drained'
  const { startsAtOnce, isForceable, canJudgeFailures } = traitsOf(executor)
  const isRetried = policy.maxAttempts > 1
  const isEnded = policy.timeoutMs < Infinity || policy.stallAfterMs + policy.stallGraceMs < Infinity
  switch (kind) {
    case 'fails-once':
      return isRetried || policy.onFailure === 'ask'
    case 'fails-terminally':
      return isRetried
    case 'fails-critically':
      return canJudgeFailures && policy.severity !== 'critical'
    case 'ignores-abort':
      return isEnded && !isForceable
    case 'never-starts':
      return !startsAtOnce
    case 'stalls':
      return policy.stallAfterMs < Infinity
    case 'fails':
    case 'hangs':
    case 'killed':
    case 'rejected':
    case 'run-killed':
    case 'run-drained':
      return true
  }
}
