import type { AnyActorRef } from 'xstate'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { isRecord, readFields, show } from '../../graph/read-values.ts'
import type { Executor } from '../../ports/executor.ts'

/** What the suite needs to know of an executor. Each kind of work is what `Attempt.work` will hold. */
export interface ExecutorUnderTest {
  readonly name: string
  /**
   * Called once for every case. Where the executor can `reap` or `adopt` it is called again, for a later coordinator's
   * executor: that one must find what the first one started.
   */
  readonly makeExecutor: () => Executor
  /** The parent of actors, for executors that spawn some. */
  readonly makeActor?: () => AnyActorRef
  readonly work: {
    readonly completes: (output: string) => unknown
    readonly fails: (message: string) => unknown
    /** Does not end by itself, but ends at once when it is told to. */
    readonly hangs: () => unknown
    /** Further ways in which work may break, by what it does: `throws at once`, `rejects`. */
    readonly breaks?: Readonly<Record<string, () => unknown>>
    /** Completes with `{ inputs, input, runId, taskId, attempt, attemptId }` as it was given them. */
    readonly tells?: () => unknown
    /** Does not end when it is told to; completes when `finish` is called. */
    readonly ignoresAbort?: () => { readonly work: unknown; readonly finish: () => void }
    /** Gives at least one heartbeat, line of output or word of progress, then completes. */
    readonly beats?: () => unknown
    /** Asks the question, and completes with the answer. */
    readonly asks?: (question: string) => unknown
  }
  /** How long a case waits for a report that must come. @default 5000 */
  readonly patienceMs?: number
  /** How long a case listens for reports that must not come. @default 0: some turns of the event loop */
  readonly quietMs?: number
}

const known: ReadonlySet<string> = new Set([
  'name',
  'makeExecutor',
  'makeActor',
  'work',
  'patienceMs',
  'quietMs',
])
const subject = 'What executorConformance() is given'

/** Throws `CONFIG_INVALID` for what is no `ExecutorUnderTest`. */
export function demandExecutorUnderTest(tried: unknown): void {
  if (!isRecord(tried)) throw misshapen(`${subject} is ${show(tried)}.`, undefined)
  if (typeof tried['start'] === 'function') throw misshapen(`${subject} is an executor itself.`, undefined)
  if (typeof tried['name'] !== 'string') throw misshapen(wrongly('name', tried['name'], 'a text'), 'name')
  demandFunction(tried['makeExecutor'], 'makeExecutor')
  const { work } = tried
  if (!isRecord(work)) throw misshapen(wrongly('work', work, 'an object of functions'), 'work')
  for (const kind of ['completes', 'fails', 'hangs']) demandFunction(work[kind], `work.${kind}`)
  readFields(tried, subject, known)
}

function demandFunction(value: unknown, field: string): void {
  if (typeof value !== 'function') throw misshapen(wrongly(field, value, 'a function'), field)
}

function wrongly(field: string, value: unknown, wanted: string): string {
  return `${field} is ${show(value)}, but it must be ${wanted}.`
}

function misshapen(message: string, field: string | undefined): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message,
    hint: 'Give { name, makeExecutor: () => executor, work: { completes: (output) => …, fails: (message) => …, hangs: () => … } }.',
    ...(field === undefined ? {} : { facts: { field } }),
  })
}
