import {
  dueAt,
  newTaskContext,
  type OnFailure,
  type TaskContext,
  type TaskEvent,
  taskMachine,
  type TaskPolicy,
  type TaskState,
} from '../../machines/index.ts'
import { failure, plainPolicy, report, reports } from './stepped-task.ts'
import { type Stepper, stepper, stepperAt } from './stepping.ts'

/** One step that a task machine can make, seen from outside. */
export interface Step {
  readonly from: TaskState
  readonly event: TaskEvent
  /** `ignored`, `stays`, or the state it led to. */
  readonly effect: string
  readonly after: TaskContext
}

const mostShapes = 2_000
const never = Number.POSITIVE_INFINITY
// To the machine, `abort` is `skip`: what follows from it is for the run.
const onFailures: readonly OnFailure[] = ['skip', 'ask', 'ignore']

const policies: readonly TaskPolicy[] = onFailures.flatMap((onFailure) => [
  { ...plainPolicy, onFailure },
  { ...plainPolicy, onFailure, maxAttempts: 2, severity: 'critical', stallGraceMs: never },
  { ...plainPolicy, onFailure, maxAttempts: 2, timeoutMs: never },
  { ...plainPolicy, onFailure, startTimeoutMs: never, stallAfterMs: never, killGraceMs: never },
])

/** Walks from the beginning through every state (but for the instants) that a task machine can come into. */
export function* everyStep(): IterableIterator<Step> {
  for (const policy of policies) {
    const task = { runId: 'run', taskId: 'build', index: 0, policy }
    const start = stepper(taskMachine, newTaskContext(task)).context as TaskContext
    const seen = new Set([shapeOf(start)])
    const open = [start]
    for (let next = 0; next < open.length; next++) {
      // Books that grow without end would be walked through without end.
      if (next > mostShapes) throw new Error(`More than ${mostShapes} contexts of different shape.`)
      const before = open[next]!
      for (const event of eventsFor(before)) {
        const machine = stepperAt(taskMachine, before.state, before)
        machine.send(event)
        const after = machine.context as TaskContext
        yield { from: before.state, event, effect: effectOf(machine, before), after }
        if (seen.has(shapeOf(after)) || machine.isDone) continue
        seen.add(shapeOf(after))
        open.push(after)
      }
    }
  }
}

/** `ignored` only where nothing else has changed: what is noted beside it would be no ignoring. */
function effectOf(machine: Stepper<typeof taskMachine>, before: TaskContext): string {
  const after = machine.context as TaskContext
  if (machine.state !== before.state) return machine.state
  const counted = { ...before, ignoredEvents: before.ignoredEvents + 1 }
  return JSON.stringify(plain(after)) === JSON.stringify(plain(counted)) ? 'ignored' : 'stays'
}

const plain = (context: TaskContext) =>
  Object.entries(context).map(([field, value]) => [field, value === never ? 'never' : (value as unknown)])

/** Two contexts of one shape go on in the same way: instants count only as awaited or not. */
function shapeOf(context: TaskContext): string {
  const shape = Object.entries(context).map(([field, value]) => {
    if (field === 'ignoredEvents' || field === 'policy') return 0
    if (field === 'attempt') return Math.min(Number(value), 2)
    if (field === 'openQuestions') return Math.min(context.openQuestions.length, 2)
    if (field === 'failure') return context.failure?.code
    return field.endsWith('At') || field === 'startBy' ? value === never : (value as unknown)
  })
  return JSON.stringify(shape)
}

function* eventsFor(context: TaskContext): IterableIterator<TaskEvent> {
  const { attempt, retryAt, startBy, timeoutAt, stallAt, graceAt, forceAt } = context
  const at = 100
  for (const forceable of [true, false]) yield { type: 'task.grant', at, forceable }
  yield { type: 'task.defer', at }
  for (const isOpen of [true, false]) yield { type: 'task.claim', at, isOpen }
  for (const most of [1, 2]) yield { type: 'task.refuse', at, retryAt: at + 5, most, failure: failure() }
  for (const reason of ['overrun', 'agent-gone', 'claim-lost'] as const)
    yield { type: 'task.end', at, reason }
  yield { type: 'task.kill', at, reason: 'enough' }
  for (const answer of ['retry', 'skip', 'ignore', 'abort', 'perhaps'])
    yield { type: 'task.answer', at, answer }
  for (const type of reports) yield report(type, attempt, at)
  yield report('attempt.failed', attempt, at, { retryable: false })
  yield report('attempt.failed', attempt, at, { severity: 'critical' })
  yield { type: 'task.due', at: 0 }
  for (const instant of [retryAt, startBy, timeoutAt, stallAt, graceAt, forceAt, dueAt(context)]) {
    if (instant !== never) yield { type: 'task.due', at: instant }
  }
}
