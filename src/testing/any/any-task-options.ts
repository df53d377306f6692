import type { Arbitrary } from 'fast-check'
import type { OnFailure, Severity } from '../../../machines/outcome.ts'
import type { TaskOptions } from '../../graph/options.ts'
import { type Rule, type RuleName, ruleNames } from '../../graph/rules.ts'
import { ms, seldom } from './any-pace.ts'
import { anyQuestionOptions, type QuestionSettings, questionOptionsOf } from './any-question-options.ts'
import { fc } from '../law/fast-check.ts'

const none = Number.POSITIVE_INFINITY

/** The options of a task that decide how it runs. Lengths are in milliseconds, `Infinity` is none. */
export interface TaskSettings {
  /** `even` is a rule function: an even number of dependencies completed. */
  readonly when: RuleName | 'even'
  readonly teardown: boolean
  readonly onFailure: OnFailure
  readonly severity: Severity
  readonly maxAttempts: number
  readonly backoff: {
    readonly base: number
    readonly factor: number
    readonly cap: number
    readonly jitter: number
  }
  readonly timeout: number
  readonly startTimeout: number
  readonly stall: { readonly after: number; readonly grace: number } | false
  readonly killGrace: number
  readonly priority: number
  readonly estimate: number | undefined
  readonly asked: QuestionSettings
}

/** Random settings of a task. */
export function anyTaskSettings(): Arbitrary<TaskSettings> {
  return fc.record({
    when: fc.oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.constant<TaskSettings['when']>('all-completed') },
      { weight: 2, arbitrary: fc.constantFrom<TaskSettings['when']>(...ruleNames, 'even') },
    ),
    teardown: fc.constantFrom(false, false, false, true),
    onFailure: fc.constantFrom<OnFailure>('skip', 'skip', 'skip', 'skip', 'ignore', 'ignore', 'ask', 'abort'),
    severity: fc.constantFrom<Severity>('error', 'error', 'error', 'error', 'error', 'error', 'critical'),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    backoff: fc.record({
      base: ms(0, 10, 40),
      factor: ms(1, 2),
      cap: ms(50, 1_000),
      jitter: ms(0, 0, 0.5),
    }),
    timeout: ms(none, none, none, 25, 100),
    startTimeout: ms(30_000, 30_000, 30),
    stall: fc.constantFrom(false as const, { after: 20, grace: none }, { after: 20, grace: 30 }),
    killGrace: ms(0, 20, 50),
    priority: fc.constantFrom(0, 0, 50, -50, 7),
    estimate: seldom(1, ms(0, 10, 100)),
    asked: anyQuestionOptions(),
  })
}

/** The settings as task options. Defaults are left out. */
export function optionsOf(settings: TaskSettings): TaskOptions {
  const {
    when,
    teardown,
    onFailure,
    severity,
    maxAttempts,
    backoff,
    timeout,
    startTimeout,
    stall,
    killGrace,
  } = settings
  const { priority, estimate, asked } = settings
  return {
    // The default of a teardown is another one.
    ...(when === 'all-completed' && !teardown
      ? {}
      : { when: when === 'even' ? evenlyCompleted : (when as Rule) }),
    ...(teardown ? { teardown } : {}),
    ...(onFailure === 'skip' ? {} : { onFailure }),
    ...(severity === 'error' ? {} : { severity }),
    ...(maxAttempts === 1 ? {} : { retry: { maxAttempts, backoff } }),
    ...(timeout === none ? {} : { timeout }),
    ...(startTimeout === 30_000 ? {} : { startTimeout }),
    ...(stall === false ? {} : { stall }),
    killGrace,
    ...(priority === 0 ? {} : { priority }),
    ...(estimate === undefined ? {} : { estimate }),
    ...questionOptionsOf(asked, onFailure),
  }
}

/** A rule function: an even number of dependencies completed. */
const evenlyCompleted: Rule = (outcomes) =>
  Object.values(outcomes).filter(({ status }) => status === 'completed').length % 2 === 0

/** The settings without what is refused of a task without dependencies: an `any-…` rule, and to be a teardown. */
export function fitting(settings: TaskSettings, needs: readonly unknown[]): TaskSettings {
  if (needs.length > 0) return settings
  const { when } = settings
  return { ...settings, when: when.startsWith('any-') ? 'all-completed' : when, teardown: false }
}

export interface AnyTaskOptionsOptions {
  /** The pools that tasks may use, with their amounts. @default none */
  readonly pools?: Readonly<Record<string, number>>
  /** The names of the executors that tasks may ask for. @default that of their work */
  readonly executors?: readonly string[]
  /** True for a task without dependencies: it gets no rule that needs one. @default false */
  readonly isRoot?: boolean
}

/**
 * Random options of a task, except `needs`: rules, failure modes, retries, timeouts (tens of milliseconds, for a
 * simulated clock), priorities, estimates, pools. Shrinks to no options but `killGrace: 0`.
 */
export function anyTaskOptions(options: AnyTaskOptionsOptions = {}): Arbitrary<TaskOptions> {
  const { pools = {}, executors = [], isRoot = false } = options
  const uses = Object.entries(pools).map(
    ([pool, most]) => [pool, seldom(1, fc.integer({ min: 1, max: most }))] as const,
  )
  return fc
    .record({
      settings: anyTaskSettings(),
      uses: fc.record(Object.fromEntries(uses)),
      executor: fc.constantFrom(undefined, ...executors),
    })
    .map(({ settings, uses: amounts, executor }) => {
      const used = Object.entries(amounts).filter(
        (amount): amount is [string, number] => amount[1] !== undefined,
      )
      return {
        ...optionsOf(isRoot ? fitting(settings, []) : settings),
        ...(used.length === 0 ? {} : { uses: Object.fromEntries(used) }),
        ...(executor === undefined ? {} : { executor }),
      }
    })
}
