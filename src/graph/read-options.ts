import type { TaskPolicy } from '../../machines/task-context.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import {
  type AgentOption,
  confirmAnswers,
  type DefaultAnswer,
  defaultDecisions,
  defaultOptions,
  defaultTeardown,
  onFailures,
  priorities,
  severities,
  type TaskDefaults,
} from './options.ts'
import type { AgentNeed, Backoff, Confirm } from './plan.ts'
import {
  badValue,
  didYouMean,
  type Fields,
  readAmounts,
  readDuration,
  type Reader,
  readGiven,
  readInteger,
  readNames,
  readNumber,
  readOneOf,
  readText,
  readTimeout,
  show,
} from './read-values.ts'
import { type Rule, ruleNames } from './rules.ts'

/** Task options in numbers. */
export interface Settings {
  readonly rule: Rule
  readonly teardown: boolean
  readonly confirm: Confirm | undefined
  readonly policy: TaskPolicy
  readonly backoff: Backoff
  readonly maxInterruptions: number
  readonly priority: number
  readonly estimateMs: number | undefined
  readonly uses: Readonly<Record<string, number>>
  /** Undefined where the work names it. */
  readonly executor: string | undefined
  readonly agent: AgentNeed | undefined
}

type Flat = { -readonly [Field in keyof (TaskPolicy & Backoff)]: (TaskPolicy & Backoff)[Field] } & {
  rule: Rule
  question: string
  defaultAnswer: DefaultAnswer
  teardown: boolean
  maxInterruptions: number
  priority: number
  estimateMs: number
  uses: Readonly<Record<string, number>>
  executor: string
  requires: readonly string[]
  agent: string
  fallback: readonly string[]
  model: string
}

/** The options that one place sets, checked and in numbers. Those that it does not set are absent. */
export type Layer = { readonly [Field in keyof Flat]?: Flat[Field] }

const defaultAnswers = [...confirmAnswers, ...defaultDecisions] as const
const priorityNames = Object.keys(priorities)

type ReadOption = Reader<Layer>

const readBackoff = layerOf({
  base: (value, path) => ({ baseMs: readDuration(value, path, { finite: true }) }),
  factor: (value, path) => ({ factor: readNumber(value, path, 1, Number.POSITIVE_INFINITY) }),
  cap: (value, path) => ({ capMs: readDuration(value, path, { finite: true }) }),
  jitter: (value, path) => ({ jitter: readNumber(value, path, 0, 1) }),
})

const readStallTimes = layerOf({
  after: (value, path) => ({ stallAfterMs: readTimeout(value, path) }),
  grace: (value, path) => ({ stallGraceMs: readDuration(value, path) }),
})

/** How each option is read, in the order in which mistakes are reported. */
const optionReaders: Readonly<Record<keyof TaskDefaults, ReadOption>> = {
  when: (value, path) => ({ rule: readRule(value, path) }),
  teardown: (value, path) => ({ teardown: readBoolean(value, path) }),
  onFailure: (value, path) => ({ onFailure: readOneOf(value, path, onFailures) }),
  confirm: (value, path) => ({ question: readQuestion(value, path) }),
  answerWithin: (value, path) => ({ answerWithinMs: readTimeout(value, path) }),
  defaultAnswer: (value, path) => ({ defaultAnswer: readOneOf(value, path, defaultAnswers) }),
  severity: (value, path) => ({ severity: readOneOf(value, path, severities) }),
  retry: layerOf({
    maxAttempts: (value, path) => ({ maxAttempts: readInteger(value, path, 1, true) }),
    backoff: readBackoff,
  }),
  timeout: (value, path) => ({ timeoutMs: readTimeout(value, path) }),
  startTimeout: (value, path) => ({ startTimeoutMs: readTimeout(value, path) }),
  stall: readStall,
  killGrace: (value, path) => ({ killGraceMs: readDuration(value, path) }),
  maxInterruptions: (value, path) => ({ maxInterruptions: readInteger(value, path, 0, true) }),
  priority: (value, path) => ({ priority: readPriority(value, path) }),
  estimate: (value, path) => ({ estimateMs: readDuration(value, path, { finite: true }) }),
  uses: (value, path) => ({ uses: readAmounts(value, path) }),
  executor: (value, path) => ({ executor: readExecutor(value, path) }),
  requires: (value, path) => ({ requires: readNames(value, path) }),
  agent: (value, path) => ({ agent: readText(value, path) }),
  fallback: (value, path) => ({ fallback: readNames(value, path) }),
  model: (value, path) => ({ model: readText(value, path) }),
}
const readersByName = Object.entries(optionReaders)

/** The names of the options that `defaults` may have: all but `needs`. */
export const taskDefaultFields: ReadonlySet<string> = new Set(Object.keys(optionReaders))

/**
 * Reads the options that one place sets. Throws `CONFIG_INVALID`, `DURATION_INVALID` or, for an unknown rule,
 * `DAG_INVALID`, and names the path. Fields that are not options are left to the caller.
 */
export function readLayer(options: Fields, path: string): Layer {
  const layer: Partial<Flat> = {}
  for (const [name, read] of readersByName) {
    const value = options[name]
    if (value !== undefined) Object.assign(layer, read(value, `${path}.${name}`))
  }
  return layer
}

const builtInTeardown = readLayer(defaultTeardown, 'defaults')
const builtIn = readLayer(defaultOptions, 'defaults') as Omit<
  Flat,
  'estimateMs' | 'executor' | 'question' | 'defaultAnswer' | 'defaultDecision' | AgentOption
>

/** Reads an object with these fields. Throws `CONFIG_INVALID` for other fields too. */
function layerOf(readers: Readonly<Record<string, ReadOption>>): ReadOption {
  return (value, path) => Object.assign({}, ...Object.values(readGiven(value, readers, path))) as Layer
}

/** Reads the defaults of a dag. */
export const readDefaults: ReadOption = layerOf(optionReaders)

/** Lays the layers over each other: the task's own, then the dag's defaults, then those of its kind of work. */
export function settingsOf(task: Layer, dag: Layer, work: Layer, path: string): Settings {
  const given: Layer = { ...work, ...dag, ...task }
  const flat = { ...builtIn, ...(given.teardown === true ? builtInTeardown : undefined), ...given }
  if (task.stallGraceMs !== undefined && task.stallAfterMs === undefined && !isFinite(flat.stallAfterMs)) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `${path}.stall has a grace but no after, and this kind of work has none of its own.`,
      hint: "Say when the task counts as stalled, as in { after: '60s', grace: '30s' }.",
      facts: { field: `${path}.stall.after` },
    })
  }
  refuseUnheard(task, flat, path)
  const { question, defaultAnswer } = flat
  const confirmAnswer = confirmAnswers.find((answer) => answer === defaultAnswer)
  return {
    rule: flat.rule,
    teardown: flat.teardown,
    confirm: question === undefined ? undefined : Object.freeze({ question, defaultAnswer: confirmAnswer }),
    policy: Object.freeze<TaskPolicy>({
      maxAttempts: flat.maxAttempts,
      startTimeoutMs: flat.startTimeoutMs,
      timeoutMs: flat.timeoutMs,
      stallAfterMs: flat.stallAfterMs,
      stallGraceMs: flat.stallGraceMs,
      killGraceMs: flat.killGraceMs,
      onFailure: flat.onFailure,
      severity: flat.severity,
      answerWithinMs: flat.answerWithinMs,
      defaultDecision: defaultDecisions.find((answer) => answer === defaultAnswer) ?? 'skip',
    }),
    backoff: Object.freeze(backoffOf(given, flat, path)),
    maxInterruptions: flat.maxInterruptions,
    priority: flat.priority,
    estimateMs: flat.estimateMs,
    uses: flat.uses,
    executor: flat.executor,
    agent: agentNeedOf(given),
  }
}

/** What a task itself says of the answer to a question that it does not ask is a mistake. As a default it is not. */
function refuseUnheard(
  { answerWithinMs, defaultAnswer }: Layer,
  { question, onFailure }: Pick<Layer, 'question' | 'onFailure'>,
  path: string,
): void {
  if (answerWithinMs === undefined && defaultAnswer === undefined) return
  const isConfirm = confirmAnswers.some((answer) => answer === defaultAnswer)
  const isAsked = defaultAnswer === undefined || (isConfirm ? question !== undefined : onFailure === 'ask')
  if (isAsked && (question !== undefined || onFailure === 'ask')) return
  const field = `${path}.${defaultAnswer === undefined ? 'answerWithin' : 'defaultAnswer'}`
  throw new DagmarError('CONFIG_INVALID', {
    message: `${field} is set, but the task asks nothing that it could answer.`,
    hint: `Give it ${isConfirm ? 'confirm' : "onFailure: 'ask'"}, or take the answer away.`,
    facts: { field },
  })
}

function readQuestion(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 2_000) return value
  throw badValue(path, value, 'a question of 1 to 2000 characters')
}

function agentNeedOf({ requires = none, agent, fallback = none, model }: Layer): AgentNeed | undefined {
  if (requires.length === 0 && agent === undefined && fallback.length === 0) return undefined
  return Object.freeze({
    requires,
    fallback,
    ...(agent === undefined ? {} : { agent }),
    ...(model === undefined ? {} : { model }),
  })
}

const none: readonly string[] = []

function backoffOf(given: Layer, flat: Backoff, path: string): Backoff {
  const baseMs = given.baseMs ?? Math.min(flat.baseMs, flat.capMs)
  const capMs = given.capMs ?? Math.max(flat.baseMs, flat.capMs)
  if (baseMs <= capMs) return { baseMs, factor: flat.factor, capMs, jitter: flat.jitter }
  throw new DagmarError('CONFIG_INVALID', {
    message: `${path}.retry.backoff.base is ${baseMs} ms, longer than its cap of ${capMs} ms.`,
    hint: 'Raise the cap, or wait less at first.',
    facts: { field: `${path}.retry.backoff.base`, baseMs, capMs },
  })
}

function readStall(value: unknown, path: string): Layer {
  if (value === false) {
    return { stallAfterMs: Number.POSITIVE_INFINITY, stallGraceMs: Number.POSITIVE_INFINITY }
  }
  if (typeof value !== 'object') throw badValue(path, value, 'an object or false')
  return readStallTimes(value, path)
}

function readBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  throw badValue(path, value, 'true or false')
}

function readRule(value: unknown, path: string): Rule {
  if (typeof value === 'function') return value as Rule
  const found = ruleNames.find((name) => name === value)
  if (found !== undefined) return found
  throw new DagmarError('DAG_INVALID', {
    message: `${path} is ${show(value)}, which is not a rule.${typeof value === 'string' ? didYouMean(value, ruleNames) : ''}`,
    hint: `Rules are ${ruleNames.join(', ')}, or a function of the outcomes.`,
    facts: { field: path, value },
  })
}

function readPriority(value: unknown, path: string): number {
  if (typeof value === 'string' && Object.hasOwn(priorities, value)) {
    return priorities[value as keyof typeof priorities]
  }
  if (Number.isSafeInteger(value)) return value as number
  throw new DagmarError('CONFIG_INVALID', {
    message: `${path} is ${show(value)}, but it must be an integer or one of ${priorityNames.join(', ')}.${typeof value === 'string' ? didYouMean(value, priorityNames) : ''}`,
    facts: { field: path, value },
  })
}

function readExecutor(value: unknown, path: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw badValue(path, value, 'the name of an executor')
}
