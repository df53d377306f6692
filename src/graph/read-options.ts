import type { OnFailure, Severity } from '../../machines/outcome.ts'
import type { TaskPolicy } from '../../machines/task-context.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { defaultOptions, priorities } from './options.ts'
import type { Backoff } from './plan.ts'
import {
  badValue,
  didYouMean,
  type Fields,
  readAmounts,
  readDuration,
  readFields,
  readInteger,
  readNumber,
  readOneOf,
  show,
} from './read-values.ts'
import { type Rule, ruleNames } from './rules.ts'

/** Task options in numbers. */
export interface Settings {
  readonly rule: Rule
  readonly policy: TaskPolicy
  readonly backoff: Backoff
  readonly priority: number
  readonly estimateMs: number | undefined
  readonly uses: Readonly<Record<string, number>>
  /** Undefined where the work names it. */
  readonly executor: string | undefined
}

type Flat = { -readonly [Field in keyof (TaskPolicy & Backoff)]: (TaskPolicy & Backoff)[Field] } & {
  rule: Rule
  priority: number
  estimateMs: number
  uses: Readonly<Record<string, number>>
  executor: string
}

/** The options that one place sets, checked and in numbers. Those that it does not set are absent. */
export type Layer = { readonly [Field in keyof Flat]?: Flat[Field] }

const onFailures: readonly OnFailure[] = ['skip', 'abort', 'ignore', 'ask']
const severities: readonly Severity[] = ['error', 'critical']
const priorityNames = Object.keys(priorities)
const retryFields = new Set(['maxAttempts', 'backoff'])
const backoffFields = new Set(['base', 'factor', 'cap', 'jitter'])
const stallFields = new Set(['after', 'grace'])

/** The names of the options that `defaults` may have: all but `needs`. */
export const taskDefaultFields: ReadonlySet<string> = new Set([
  ...Object.keys(defaultOptions),
  'estimate',
  'executor',
])

/**
 * Reads the options that one place sets. Throws `CONFIG_INVALID`, `DURATION_INVALID` or, for an unknown rule,
 * `DAG_INVALID`, and names the path. Fields that are not options are left to the caller.
 */
export function readLayer(options: Fields, path: string): Layer {
  const layer: Partial<Flat> = {}
  const { when, onFailure, severity, retry, timeout, startTimeout, stall, killGrace } = options
  if (when !== undefined) layer.rule = readRule(when, `${path}.when`)
  if (onFailure !== undefined) layer.onFailure = readOneOf(onFailure, `${path}.onFailure`, onFailures)
  if (severity !== undefined) layer.severity = readOneOf(severity, `${path}.severity`, severities)
  if (retry !== undefined) readRetry(layer, retry, `${path}.retry`)
  if (timeout !== undefined) layer.timeoutMs = readDuration(timeout, `${path}.timeout`, { positive: true })
  if (startTimeout !== undefined) {
    layer.startTimeoutMs = readDuration(startTimeout, `${path}.startTimeout`, { positive: true })
  }
  if (stall !== undefined) readStall(layer, stall, `${path}.stall`)
  if (killGrace !== undefined) layer.killGraceMs = readDuration(killGrace, `${path}.killGrace`)
  const { priority, estimate, uses, executor } = options
  if (priority !== undefined) layer.priority = readPriority(priority, `${path}.priority`)
  if (estimate !== undefined) layer.estimateMs = readDuration(estimate, `${path}.estimate`, { finite: true })
  if (uses !== undefined) layer.uses = readAmounts(uses, `${path}.uses`)
  if (executor !== undefined) layer.executor = readExecutor(executor, `${path}.executor`)
  return layer
}

const builtIn = readLayer(defaultOptions, 'defaults') as Omit<Flat, 'estimateMs' | 'executor'>

/** Lays the layers over each other: the task's own, then the dag's defaults, then those of its kind of work. */
export function settle(task: Layer, dag: Layer, work: Layer, path: string): Settings {
  const given: Layer = { ...work, ...dag, ...task }
  const flat = { ...builtIn, ...given }
  if (task.stallGraceMs !== undefined && task.stallAfterMs === undefined && !isFinite(flat.stallAfterMs)) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `${path}.stall has a grace but no after, and this kind of work has none of its own.`,
      hint: "Say when the task counts as stalled, as in { after: '60s', grace: '30s' }.",
      facts: { field: `${path}.stall.after` },
    })
  }
  return {
    rule: flat.rule,
    policy: Object.freeze<TaskPolicy>({
      maxAttempts: flat.maxAttempts,
      startTimeoutMs: flat.startTimeoutMs,
      timeoutMs: flat.timeoutMs,
      stallAfterMs: flat.stallAfterMs,
      stallGraceMs: flat.stallGraceMs,
      killGraceMs: flat.killGraceMs,
      onFailure: flat.onFailure,
      severity: flat.severity,
    }),
    backoff: Object.freeze(settleBackoff(given, flat, path)),
    priority: flat.priority,
    estimateMs: flat.estimateMs,
    uses: flat.uses,
    executor: flat.executor,
  }
}

function settleBackoff(given: Layer, flat: Backoff, path: string): Backoff {
  const baseMs = given.baseMs ?? Math.min(flat.baseMs, flat.capMs)
  const capMs = given.capMs ?? Math.max(flat.baseMs, flat.capMs)
  if (baseMs <= capMs) return { baseMs, factor: flat.factor, capMs, jitter: flat.jitter }
  throw new DagmarError('CONFIG_INVALID', {
    message: `${path}.retry.backoff.base is ${baseMs} ms, longer than its cap of ${capMs} ms.`,
    hint: 'Raise the cap, or wait less at first.',
    facts: { field: `${path}.retry.backoff.base`, baseMs, capMs },
  })
}

function readRetry(layer: Partial<Flat>, value: unknown, path: string): void {
  const { maxAttempts, backoff } = readFields(value, path, retryFields)
  if (maxAttempts !== undefined) layer.maxAttempts = readInteger(maxAttempts, `${path}.maxAttempts`, 1, true)
  if (backoff === undefined) return
  const at = `${path}.backoff`
  const { base, factor, cap, jitter } = readFields(backoff, at, backoffFields)
  if (base !== undefined) layer.baseMs = readDuration(base, `${at}.base`, { finite: true })
  if (factor !== undefined) layer.factor = readNumber(factor, `${at}.factor`, 1, Number.POSITIVE_INFINITY)
  if (cap !== undefined) layer.capMs = readDuration(cap, `${at}.cap`, { finite: true })
  if (jitter !== undefined) layer.jitter = readNumber(jitter, `${at}.jitter`, 0, 1)
}

function readStall(layer: Partial<Flat>, value: unknown, path: string): void {
  if (value === false) {
    layer.stallAfterMs = Number.POSITIVE_INFINITY
    layer.stallGraceMs = Number.POSITIVE_INFINITY
    return
  }
  if (typeof value !== 'object') throw badValue(path, value, 'an object or false')
  const { after, grace } = readFields(value, path, stallFields)
  if (after !== undefined) layer.stallAfterMs = readDuration(after, `${path}.after`, { positive: true })
  if (grace !== undefined) layer.stallGraceMs = readDuration(grace, `${path}.grace`)
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
