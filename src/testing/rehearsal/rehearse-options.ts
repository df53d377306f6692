import type { ConfirmAnswer, FailureAnswer } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { confirmAnswers } from '../../graph/options.ts'
import type { Plan } from '../../graph/plan.ts'
import {
  badValue,
  didYouMean,
  type Fields,
  isRecord,
  readAmounts,
  readFields,
  readInteger,
  readNumber,
  readOneOf,
} from '../../graph/read-values.ts'
import { badStarts, failedEnds } from '../any/any-pace.ts'
import type { FaultKind, Faults, ObserverKind } from '../any/faults.ts'
import type { Schedule } from '../any/schedule.ts'
import { strayTypes } from '../any/any-stray.ts'

export interface RehearseOptions {
  /** What goes wrong. @default nothing */
  readonly faults?: Faults
  /** How long attempts take. @default each task its estimate, or 10 ms */
  readonly schedule?: Schedule
  /** How many tasks may run at once. Integer ≥ 1, or Infinity. @default the dag's, then 4 */
  readonly concurrency?: number
  /** Pools that the dag does not have itself. */
  readonly pools?: Readonly<Record<string, number>>
  /**
   * What is answered to failed tasks that ask: the task at index i gets the answer i, modulo the length of the list.
   * @default ['skip']
   */
  readonly answers?: readonly FailureAnswer[]
  /** What is answered to tasks that ask whether they may start, in the same way. @default ['yes'] */
  readonly confirms?: readonly ConfirmAnswer[]
  /** The run's input, where the dag has a schema for it. */
  readonly input?: unknown
}

const known: ReadonlySet<string> = new Set([
  'faults',
  'schedule',
  'concurrency',
  'pools',
  'answers',
  'confirms',
  'input',
])
const answerNames = ['retry', 'skip', 'ignore', 'abort'] as const satisfies readonly FailureAnswer[]
const observerNames = ['slow', 'throws', 'late', 'kills'] as const satisfies readonly ObserverKind[]

/** Throws `CONFIG_INVALID` for options that make no sense, `TASK_UNKNOWN` for tasks that the plan does not have. */
export function demandRehearsal(plan: Plan, options: RehearseOptions): void {
  readFields(options, "rehearse's options object", known)
  const {
    faults = [],
    schedule = {},
    concurrency,
    pools = {},
    answers = ['skip'],
    confirms = ['yes'],
  } = options
  if (!Array.isArray(faults)) throw badValue('faults', faults, 'a list of faults')
  for (const [index, fault] of faults.entries()) demandFault(plan, fault, `faults[${index}]`)
  demandSchedule(plan, schedule)
  if (concurrency !== undefined) readInteger(concurrency, 'concurrency', 1, true)
  readAmounts(pools, 'pools')
  demandAnswers('answers', answers, answerNames)
  demandAnswers('confirms', confirms, confirmAnswers)
}

function demandAnswers(path: string, given: unknown, names: readonly string[]): void {
  if (!Array.isArray(given) || given.length === 0)
    throw badValue(path, given, 'a list of answers that is not empty')
  for (const [index, answer] of given.entries()) readOneOf(answer, `${path}[${index}]`, names)
}

const paceFields: ReadonlySet<string> = new Set(['start', 'run', 'stop'])

function demandSchedule(plan: Plan, schedule: unknown): void {
  if (!isRecord(schedule)) throw badValue('schedule', schedule, 'an object by task id')
  for (const [taskId, pace] of Object.entries(schedule)) {
    demandTask(plan, taskId, 'schedule')
    const path = `schedule['${taskId}']`
    const fields = readFields(pace, path, paceFields)
    for (const field of paceFields) demandMs(fields[field], `${path}.${field}`)
  }
}

/** What of a fault is checked, beside its kind. */
type FieldCheck = (value: unknown, path: string, plan: Plan) => unknown

const oneOf =
  (names: readonly string[]): FieldCheck =>
  (value, path) =>
    readOneOf(value, path, names)
const demandMs: (value: unknown, path: string) => unknown = (value, path) =>
  readNumber(value, path, 0, Number.POSITIVE_INFINITY)
const attempt: FieldCheck = (value, path) => readInteger(value, path, 1)
const taskId: FieldCheck = (value, path, plan) => {
  if (typeof value !== 'string') throw badValue(path, value, 'the id of a task')
  demandTask(plan, value, path)
}
const yesOrNo: FieldCheck = (value, path) => {
  if (typeof value !== 'boolean') throw badValue(path, value, 'true or false')
}

const fieldsOf: Readonly<Record<FaultKind, Readonly<Record<string, FieldCheck>>>> = {
  fails: { taskId, attempt, how: oneOf(failedEnds) },
  'does-not-start': { taskId, attempt, how: oneOf(badStarts) },
  hangs: { taskId, attempt },
  stalls: { taskId, attempt, forMs: demandMs },
  'ignores-end': { taskId, attempt, forced: yesOrNo },
  // An attempt 0 never was, which is what such a report may be of.
  'stray-report': {
    taskId,
    attempt: (value, path) => readInteger(value, path, 0),
    type: oneOf(strayTypes),
    at: demandMs,
  },
  killed: {
    taskId: (value, path, plan) => (value === undefined ? undefined : taskId(value, path, plan)),
    at: demandMs,
  },
  drained: { at: demandMs },
  crashed: { at: demandMs },
  paused: { at: demandMs },
  resumed: { at: demandMs },
  observer: { how: oneOf(observerNames) },
  'slow-store': { delayMs: demandMs },
}
const kinds = Object.keys(fieldsOf) as FaultKind[]

function demandFault(plan: Plan, fault: unknown, path: string): void {
  if (!isRecord(fault))
    throw badValue(path, fault, "an object as { kind: 'hangs', taskId: 'build', attempt: 1 }")
  const kind = readOneOf(fault['kind'], `${path}.kind`, kinds)
  const checks = fieldsOf[kind]
  const fields: Fields = readFields(fault, path, new Set(['kind', ...Object.keys(checks)]))
  for (const [field, check] of Object.entries(checks)) check(fields[field], `${path}.${field}`, plan)
}

function demandTask(plan: Plan, id: string, field: string): void {
  if (plan.indexOf(id) !== undefined) return
  const ids = plan.tasks.map((task) => task.id)
  throw new DagmarError('TASK_UNKNOWN', {
    message: `${field} names a task '${id}', which ${plan.name} does not have.${didYouMean(id, ids)}`,
    facts: { taskId: id, field },
  })
}
