import type { TaskId } from '../../machines/outcome.ts'
import { isGroup } from '../graph/group.ts'
import { medianEstimate } from '../graph/critical-path.ts'
import type { Plan } from '../graph/plan.ts'
import { badValue, isRecord, readDuration, readFields, readNumber, readOneOf } from '../graph/read-values.ts'
import type { Duration } from '../time/duration.ts'
import { chanceOf } from '../chance/hash.ts'
import { refuseUnknownTasks } from './unknown-tasks.ts'

/**
 * How long an attempt takes when chance decides. Each attempt has its own draw, from seed, task and attempt.
 * - `exponential`: most are short, a few very long.
 * - `uniform`: anything from `mean × (1 − spread)` to `mean × (1 + spread)`.
 * - `normal`: around the mean, with `spread × mean` as standard deviation; never below 0.
 * - `lognormal`: the same mean and standard deviation, but with a long tail: what real tasks look like most often.
 */
export type Distribution =
  | {
      readonly kind: 'exponential'
      /** Finite. @default the task's own duration: its estimate, or what stands in for one */
      readonly mean?: Duration
    }
  | {
      readonly kind: 'uniform' | 'normal' | 'lognormal'
      /** Finite. @default the task's own duration: its estimate, or what stands in for one */
      readonly mean?: Duration
      /** How far durations spread, as a share of the mean. 0 or more; for `uniform` at most 1. @default 0.25 */
      readonly spread?: number
    }

/**
 * How long attempts take: one length for all; lengths by task id, as `estimatesFrom` gives them; a function that
 * returns milliseconds; or a distribution. A task without an entry, or for which the function returns undefined, takes
 * its own duration. A record that names a task which the plan does not have is refused with `TASK_UNKNOWN`; for the
 * recording of a larger plan use `withEstimates`, which ignores such tasks.
 */
export type Durations =
  | Duration
  | Readonly<Record<TaskId, Duration>>
  | ((taskId: TaskId, attempt: number) => number | undefined)
  | Distribution

/** The length of an attempt of the task with that index, in whole milliseconds. Attempts count from 1. */
export type DurationOf = (index: number, attempt: number) => number

/** How long a task takes in a plan in which no task has an estimate. */
const unknownMs = 1_000

const kinds = ['exponential', 'uniform', 'normal', 'lognormal'] as const
const defaultSpread = 0.25

/**
 * Throws `CONFIG_INVALID`, `DURATION_INVALID` or `TASK_UNKNOWN`. The function that it returns throws the same for a bad
 * value of the user's function.
 */
export function durationsOf(plan: Plan, durations: Durations | undefined, seed: number): DurationOf {
  const own = ownDurations(plan)
  if (durations === undefined) return (index) => own[index]!
  if (typeof durations === 'function') return calledDurations(plan, durations, own)
  if (isDistribution(durations)) return drawnDurations(plan, durations, { own, seed })
  if (!isRecord(durations)) {
    const ms = wholeMs(durations, 'durations')
    return () => ms
  }
  refuseUnknownTasks(plan, durations, 'durations')
  const given = Float64Array.from(plan.tasks, ({ id, index }) =>
    Object.hasOwn(durations, id) ? wholeMs(durations[id], `durations.${id}`) : own[index]!,
  )
  return (index) => given[index]!
}

/**
 * The estimate of each task, by index. A task without one takes the median of the others, as in critical paths, or 1 s
 * where no task has one. A group takes none.
 */
export function ownDurations({ tasks }: Pick<Plan, 'tasks'>): Float64Array {
  const isAnyGiven = tasks.some(({ estimateMs }) => estimateMs !== undefined)
  const missing = isAnyGiven ? medianEstimate(tasks) : unknownMs
  return Float64Array.from(tasks, (task) => (isGroup(task) ? 0 : Math.round(task.estimateMs ?? missing)))
}

function calledDurations(
  { tasks }: Plan,
  durations: (taskId: TaskId, attempt: number) => number | undefined,
  own: Float64Array,
): DurationOf {
  return (index, attempt) => {
    const { id } = tasks[index]!
    const ms = durations(id, attempt)
    if (ms === undefined) return own[index]!
    if (typeof ms === 'number' && ms >= 0 && Number.isFinite(ms)) return Math.round(ms)
    throw badValue(`durations('${id}', ${attempt})`, ms, 'a finite number of milliseconds, 0 or more')
  }
}

function drawnDurations(
  { tasks }: Plan,
  distribution: Distribution,
  { own, seed }: { readonly own: Float64Array; readonly seed: number },
): DurationOf {
  const kind = readOneOf(distribution.kind, 'durations.kind', kinds)
  const known = kind === 'exponential' ? ['kind', 'mean'] : ['kind', 'mean', 'spread']
  const fields = readFields(distribution, 'durations', new Set(known))
  const mean =
    fields['mean'] === undefined
      ? undefined
      : readDuration(fields['mean'], 'durations.mean', { finite: true })
  const most = kind === 'uniform' ? 1 : Number.POSITIVE_INFINITY
  const spread = readNumber(fields['spread'] ?? defaultSpread, 'durations.spread', 0, most)
  return (index, attempt) => {
    const { id } = tasks[index]!
    const first = chanceOf(seed, 'duration', id, attempt)
    const second = (): number => chanceOf(seed, 'second', id, attempt)
    return Math.round((mean ?? own[index]!) * factorOf(kind, spread, first, second))
  }
}

/** A random factor with the mean 1, from random numbers that are uniform in [0, 1). */
function factorOf(kind: Distribution['kind'], spread: number, first: number, second: () => number): number {
  switch (kind) {
    case 'exponential':
      return -Math.log(1 - first)
    case 'uniform':
      return 1 + spread * (2 * first - 1)
    case 'normal':
      return Math.max(0, 1 + spread * standardNormal(first, second()))
    case 'lognormal': {
      const variance = Math.log(1 + spread * spread)
      return Math.exp(Math.sqrt(variance) * standardNormal(first, second()) - variance / 2)
    }
  }
}

/** Box and Muller's transform of two uniform draws. */
function standardNormal(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second)
}

/** A record of durations may have a task named `kind`, but its duration is never the name of a distribution. */
function isDistribution(
  durations: Exclude<Durations, (...words: never) => unknown>,
): durations is Distribution {
  if (!isRecord(durations)) return false
  const { kind } = durations
  return typeof kind === 'string' && !/^\s*\d/.test(kind)
}

function wholeMs(duration: unknown, path: string): number {
  return Math.round(readDuration(duration, path, { finite: true }))
}
