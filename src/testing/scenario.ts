import fc from 'fast-check'
import type { FailureAnswer, OnFailure, Severity } from '../../machines/outcome.ts'
import { type RuleName, ruleNames } from '../graph/rules.ts'

/** How a scripted attempt goes. Lengths in milliseconds. */
export interface AttemptScript {
  /** When it reports that it has started, or how it does not. */
  readonly start: number | 'never' | 'reject' | 'throw'
  /** Heartbeats, counted from its start. */
  readonly beats: readonly number[]
  /** When it warns, counted from its start. */
  readonly warns: number | undefined
  /** When it asks a question, counted from its start. It does not end before the answer. */
  readonly asks: number | undefined
  /** When it ends by itself, counted from its start, and how. */
  readonly end:
    | { readonly after: number; readonly how: 'complete' | 'fail' | 'terminal' | 'retry-after' }
    | 'never'
  /** What it does when it is told to end: ends after a while, ignores it, or completes in spite of it. */
  readonly onAbort: number | 'ignore' | 'complete'
  /** How long it takes to end by force, where its executor can force at all. */
  readonly onForce: number | 'ignore'
}

/** A report that nobody waits for. */
export interface StrayReport {
  /** The instant it comes at. */
  readonly at: number
  /** The task it is about, by its place. */
  readonly task: number
  /** The attempt it claims to be of: 1 is the first; 0 never was. */
  readonly attempt: number
  readonly type: 'started' | 'rejected' | 'heartbeat' | 'completed' | 'failed' | 'ended'
}

export interface ScriptedTask {
  readonly needs: readonly number[]
  readonly when: RuleName | 'even'
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
  readonly uses: number
  readonly executor: ExecutorName
  /** The script of each attempt; the last one serves for all that follow. */
  readonly attempts: readonly AttemptScript[]
}

/** `roomy` takes everything, `small` declares a capacity, `picky` says no by itself, `hard` cannot force an end. */
export type ExecutorName = 'roomy' | 'small' | 'picky' | 'hard'

export type ScheduledCommand =
  | { readonly at: number; readonly do: 'pause' | 'resume' | 'kill' | 'drain' }
  | { readonly at: number; readonly do: 'kill-task'; readonly task: number }

/** A dag, what happens to it, and in what order: everything that a run can meet. */
export interface Scenario {
  readonly tasks: readonly ScriptedTask[]
  readonly concurrency: number
  readonly runConcurrency: number
  readonly order: 'fifo' | 'critical-path'
  readonly pool: number
  readonly smallCapacity: number
  readonly pickyLimit: number
  /** Until then `picky` takes nothing. */
  readonly pickyOpensAt: number
  readonly admission: 'both' | 'executor'
  readonly runTimeout: number
  readonly commands: readonly ScheduledCommand[]
  /** What people answer to the task at each place, and how long they take; both from the start again where they are short. */
  readonly answers: readonly FailureAnswer[]
  readonly answerAfter: readonly number[]
  readonly strays: readonly StrayReport[]
  /** How many milliseconds the store takes to be durable; 0 is the memory store. */
  readonly storeDelay: number
  /** `throws` breaks now and then, `late` subscribes in the middle, `kills` kills the run from inside a notification. */
  readonly observer: 'calm' | 'throws' | 'late' | 'kills'
  /** Whether each settled run is redriven: not at all, whole, or one task of it by its place. */
  readonly redrive: 'none' | 'all' | number
  readonly runs: number
}

const ms = (...values: number[]): fc.Arbitrary<number> => fc.constantFrom(...values)
const none = Number.POSITIVE_INFINITY

/** The script of one attempt. */
export function anyAttempt(): fc.Arbitrary<AttemptScript> {
  return fc.record({
    start: fc.oneof(
      { weight: 10, arbitrary: ms(0, 0, 0, 5, 60) },
      { weight: 1, arbitrary: fc.constantFrom<AttemptScript['start']>('never', 'reject', 'throw') },
    ),
    beats: fc.array(ms(5, 15, 30, 60, 90), { maxLength: 3 }),
    warns: fc.option(ms(10, 40), { nil: undefined, freq: 6 }),
    asks: fc.option(ms(10, 30), { nil: undefined, freq: 8 }),
    end: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record({
          after: ms(0, 1, 10, 20, 35, 80, 150),
          how: fc.constantFrom('complete', 'complete', 'complete', 'fail', 'fail', 'terminal', 'retry-after'),
        }),
      },
      { weight: 1, arbitrary: fc.constant('never' as const) },
    ),
    onAbort: fc.oneof(ms(0, 5, 30), fc.constantFrom<AttemptScript['onAbort']>('ignore', 'complete')),
    onForce: fc.oneof(
      { weight: 4, arbitrary: ms(0, 5) },
      { weight: 1, arbitrary: fc.constant('ignore' as const) },
    ),
  })
}

/** The options and scripts of the task at a place; it depends on earlier ones only. */
export function anyTask(index: number): fc.Arbitrary<ScriptedTask> {
  const needs =
    index === 0
      ? fc.constant([])
      : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }).map((ids) => ids.toSorted((a, b) => a - b))
  return fc
    .record({
      needs,
      rule: fc.oneof(
        { weight: 3, arbitrary: fc.constant<ScriptedTask['when']>('all-completed') },
        { weight: 2, arbitrary: fc.constantFrom<ScriptedTask['when']>(...ruleNames, 'even') },
      ),
      onFailure: fc.constantFrom<OnFailure>(
        'skip',
        'skip',
        'skip',
        'skip',
        'ignore',
        'ignore',
        'ask',
        'abort',
      ),
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
      estimate: fc.option(ms(0, 10, 100), { nil: undefined }),
      uses: fc.constantFrom(0, 0, 1, 2),
      executor: fc.constantFrom<ExecutorName>('roomy', 'roomy', 'roomy', 'small', 'picky', 'hard'),
      attempts: fc.array(anyAttempt(), { minLength: 1, maxLength: 3 }),
    })
    .map(({ rule, ...task }) => ({
      ...task,
      when: task.needs.length === 0 && rule.startsWith('any-') ? 'all-completed' : rule,
    }))
}

/** Up to `most` tasks. */
export function anyTasks(most = 8): fc.Arbitrary<readonly ScriptedTask[]> {
  return fc
    .integer({ min: 1, max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => anyTask(at))))
}

/** Commands at instants. */
export function anyCommands(tasks: number): fc.Arbitrary<readonly ScheduledCommand[]> {
  const at = fc.integer({ min: 0, max: 250 })
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ at, do: fc.constantFrom('pause' as const, 'resume' as const) }) },
      { weight: 1, arbitrary: fc.record({ at, do: fc.constantFrom('kill' as const, 'drain' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({ at, do: fc.constant('kill-task' as const), task: fc.nat(tasks - 1) }),
      },
    ),
    { maxLength: 3 },
  )
}

/** Reports that are late, doubled, out of order, or of an attempt that never was. */
export function anyStrays(tasks: number): fc.Arbitrary<readonly StrayReport[]> {
  return fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 300 }),
      task: fc.nat(tasks - 1),
      attempt: fc.integer({ min: 0, max: 3 }),
      type: fc.constantFrom<StrayReport['type']>(
        'started',
        'rejected',
        'heartbeat',
        'completed',
        'failed',
        'ended',
      ),
    }),
    { maxLength: 6 },
  )
}

/** Everything at once. `fixed` replaces what a law wants held still. */
export function anyScenario(fixed: Partial<Scenario> = {}, tasks = anyTasks()): fc.Arbitrary<Scenario> {
  return tasks.chain((chosen) =>
    fc
      .record({
        tasks: fc.constant(chosen),
        concurrency: ms(1, 2, 4, none),
        runConcurrency: ms(1, 3, none),
        order: fc.constantFrom<Scenario['order']>('fifo', 'critical-path'),
        pool: ms(2, 3),
        smallCapacity: ms(1, 2),
        pickyLimit: ms(1, 2),
        pickyOpensAt: ms(0, 0, 150, 900),
        admission: fc.constantFrom<Scenario['admission']>('both', 'both', 'executor'),
        runTimeout: ms(none, none, none, 120),
        commands: anyCommands(chosen.length),
        answers: fc.array(fc.constantFrom<FailureAnswer>('retry', 'skip', 'ignore', 'abort'), {
          minLength: 1,
          maxLength: 4,
        }),
        answerAfter: fc.array(ms(0, 15, 70), { minLength: 1, maxLength: 4 }),
        strays: anyStrays(chosen.length),
        storeDelay: ms(0, 0, 0, 3),
        observer: fc.constantFrom<Scenario['observer']>('calm', 'calm', 'calm', 'throws', 'late', 'kills'),
        redrive: fc.oneof(
          fc.constantFrom<Scenario['redrive']>('none', 'none', 'all'),
          fc.nat(chosen.length - 1),
        ),
        runs: fc.constantFrom(1, 1, 2),
      })
      .map((scenario) => ({ ...scenario, ...fixed })),
  )
}
