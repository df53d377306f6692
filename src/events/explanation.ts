import type { Outcome, TaskId } from '../../machines/outcome.ts'
import type { RefusedAgent } from './facts.ts'
import type { StatedRule } from '../graph/rules.ts'
import { showMs } from '../time/show-ms.ts'
import { answerText } from './fact-in-words.ts'
import type { AskedBy } from './facts.ts'
import type { TaskStatus, TaskView } from './task-view.ts'

/** One thing that a task waits for. */
export type WaitsFor =
  | {
      readonly kind: 'dependencies'
      readonly rule: StatedRule
      /** The dependencies that are not settled. */
      readonly taskIds: readonly TaskId[]
      /** True where the rule can no longer be met: the task is skipped when these are settled. */
      readonly isHopeless?: true
    }
  /** Slots, pools or its executor: of a run that is live in this process, `run.why` says which. */
  | { readonly kind: 'room' }
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
  /** An agent. With these reasons, none of those that were considered could have it. */
  | { readonly kind: 'agent'; readonly considered: readonly RefusedAgent[] }
  /** Its claim, which no other coordinator may have. `until` is when that is given up. Epoch milliseconds. */
  | { readonly kind: 'claim'; readonly agentId: string; readonly until: number }
  | {
      readonly kind: 'instant'
      readonly what: 'retry' | 'start timeout' | 'timeout' | 'stall timeout' | 'stall grace' | 'kill grace'
      readonly at: number
    }
  | {
      readonly kind: 'answer'
      readonly question: string
      readonly of: AskedBy
      /** When it waits no longer, if it has a limit, and what counts as its answer then. Epoch milliseconds. */
      readonly until?: number
      readonly defaultAnswer?: unknown
    }
  /** The store has not said that the run's latest facts are safe, and nothing follows from them before. Epoch milliseconds. */
  | { readonly kind: 'store'; readonly since: number }

/** What facts can tell that a task waits for. The rest only the runtime of a live run knows. */
export type ToldByFacts = Exclude<WaitsFor, { kind: 'slot' | 'pool' | 'claim' | 'store' }>

/** The answer of `run.why(taskId)`, and of `whyOf` for a run of which there are facts. */
export interface Explanation {
  readonly taskId: TaskId
  readonly status: TaskStatus
  /** For people: what it waits for, and what would release it. */
  readonly sentence: string
  /** The same as data. Empty for a task that is settled, or about to start, unless its run waits for the store. */
  readonly waitsFor: readonly WaitsFor[]
}

/** What is known of a task that is to be explained. */
export interface Explained<Wait extends WaitsFor> {
  readonly taskId: TaskId
  readonly status: TaskStatus
  readonly outcome: Outcome | undefined
  readonly waitsFor: readonly Wait[]
  /** One of them in words, to follow `waits`: `phrase`, where facts can tell all of them. */
  readonly inWords: (wait: Wait, now: number) => string
  /** Waits are counted from here. Epoch milliseconds. */
  readonly now: number
  /** True where all its limits of time are known. */
  readonly knowsLimits: boolean
  /** When its live attempt gave its latest sign of work, and how far it is, if it has told that. */
  readonly sign?: Pick<TaskView, 'lastSignAt' | 'progress'> | undefined
}

export function explanationOf<Wait extends WaitsFor>(explained: Explained<Wait>): Explanation {
  const { taskId, status, waitsFor } = explained
  return { taskId, status, sentence: sentence(explained), waitsFor }
}

function sentence<Wait extends WaitsFor>(explained: Explained<Wait>): string {
  const { taskId, status, outcome, waitsFor, inWords, now } = explained
  if (outcome !== undefined) {
    const waits = waitsFor.map((one) => ` Its run waits ${inWords(one, now)}.`)
    return `${taskId} ${settledAs(outcome)}${waits.join('')}`
  }
  if (waitsFor.length === 0) return unawaited(explained)
  const phrases = waitsFor.map((one) => inWords(one, now)).join('; and ')
  const sign = signOf(explained)
  return `${taskId} is ${status}${sign}${sign === '' ? '' : ','} and waits ${phrases}${/[.!?]$/.test(phrases) ? '' : '.'}`
}

function settledAs(outcome: Outcome): string {
  switch (outcome.status) {
    case 'completed':
      return 'is completed.'
    case 'failed':
      return `failed: ${outcome.failure.message}`
    case 'killed':
      return `was killed: ${outcome.reason}.`
    case 'skipped':
      return `was skipped (${outcome.because})${outcome.causedBy === undefined ? '' : ` because of ${outcome.causedBy}`}.`
  }
}

type Known = Omit<Explained<WaitsFor>, 'inWords'>

function unawaited(explained: Known): string {
  const { taskId, status, knowsLimits } = explained
  if (status === 'stalled') {
    return `${taskId} is stalled: it gives no sign of work${knowsLimits ? ', and nothing but a kill would end it' : ''}.`
  }
  const isLive = status === 'starting' || status === 'running' || status === 'stopping'
  if (!isLive) return `${taskId} is about to be taken up.`
  return `${taskId} is ${status}${signOf(explained)}${knowsLimits ? ', and nothing limits how long' : ''}.`
}

/** What a task at work has said of itself: that comes before what limits it. */
function signOf({ status, sign, now, waitsFor }: Known): string {
  const isAtWork = status === 'running' && !waitsFor.some(({ kind }) => kind === 'answer')
  if (sign?.lastSignAt === undefined || !isAtWork) return ''
  const { percent, message } = sign.progress ?? {}
  const about = message === undefined ? '' : ` (${message})`
  const done = percent === undefined ? '' : `, ${Math.round(percent)} % done${about}`
  return `${done}, gave its last sign of work ${showMs(now - sign.lastSignAt)} ago`
}

/** What facts tell that a task waits for, in words, to follow `waits`. */
export function phrase(one: ToldByFacts, now: number): string {
  switch (one.kind) {
    case 'dependencies':
      return `for ${listed(one.taskIds)} (rule ${typeof one.rule === 'string' ? one.rule : 'of its own'})${
        one.isHopeless === true ? ', to be skipped then, since the rule can no longer be met' : ''
      }`
    case 'room':
      return 'for room'
    case 'run':
      return one.state === 'paused' ? 'until the run is resumed' : `in vain, since the run is ${one.state}`
    case 'executor': {
      const again =
        one.until === undefined
          ? 'until it has room'
          : `until it has room or is asked again in ${showMs(one.until - now)}`
      return `for the executor ${one.executor}, which is full with ${one.carrying}, ${again}`
    }
    case 'agent':
      return `for an agent: ${listed(one.considered.map(({ agentId, why }) => `${agentId} (${why})`))}`
    case 'instant':
      return `${one.what === 'retry' ? 'to try again' : `at most until its ${one.what}`} in ${showMs(one.at - now)}`
    case 'answer': {
      const { question, of, until, defaultAnswer } = one
      const notes: string[] = of === 'confirm' ? ['yes or no'] : []
      if (until !== undefined) notes.push(limitInWords({ until, defaultAnswer }, now))
      return `for a person to answer: ${question}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
    }
  }
}

/** What comes of a question that nobody answers: `answers 'no' by itself in 4 s`. */
export function limitInWords(
  { until, defaultAnswer }: { readonly until: number; readonly defaultAnswer: unknown },
  now: number,
): string {
  const then = defaultAnswer === undefined ? 'gives up' : `answers '${answerText(defaultAnswer)}' by itself`
  return `${then} in ${showMs(Math.max(0, until - now))}`
}

const named = 5

/** Names in a sentence. */
export function listed(words: readonly string[]): string {
  if (words.length === 0) return 'nobody'
  if (words.length <= named) return words.join(', ')
  return `${words.slice(0, named).join(', ')} and ${words.length - named} more`
}
