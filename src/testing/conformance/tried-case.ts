import type { AnyActorRef } from 'xstate'
import type { JsonValue } from '../../events/json-value.ts'
import type { AttemptReport, Executor } from '../../ports/executor.ts'
import { type CarriedOut, carryOut, ConformanceError, demand, quiet } from './carried-out.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { isJson } from './is-json.ts'

/** One sentence of the contract, and how it is tried. */
export interface TriedCase {
  readonly name: string
  readonly run: (bench: Bench) => Promise<void>
}

export interface Given {
  /** @default {} */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** Inputs that are made when they are read. */
  readonly lazyInputs?: Readonly<Record<string, unknown>>
  readonly input?: unknown
  /** What `note` returns. @default nothing */
  readonly note?: () => void | Promise<void>
}

/** What a case works with: an executor, another one as a later coordinator would have it, and attempts. */
export interface Bench {
  readonly executor: Executor
  readonly another: () => Executor
  readonly start: (work: unknown, given?: Given) => CarriedOut
  /** Has another executor take over an attempt that was started with the work. */
  readonly adopt: (by: Executor, work: unknown, started: CarriedOut, handle: JsonValue) => CarriedOut
  readonly quiet: () => Promise<void>
}

export function benchFor(tried: ExecutorUnderTest): Bench {
  const { makeExecutor, makeActor, patienceMs = 5_000, quietMs = 0 } = tried
  const executor = makeExecutor()
  let count = 0
  const pass = (): Promise<void> => quiet(quietMs)
  const attemptOf = (taskId: string, work: unknown, { inputs, lazyInputs, input }: Given = {}) => ({
    runId: 'run',
    taskId,
    attempt: 1,
    work,
    input,
    ...(lazyInputs === undefined ? { inputs: inputs ?? {} } : {}),
    origin: { makeInputs: () => lazyInputs ?? {}, place: () => undefined },
    // An executor that spawns no actors does not need it.
    actor: makeActor?.() as AnyActorRef,
  })
  const waits = { patienceMs, quiet: pass }
  return {
    executor,
    another: makeExecutor,
    quiet: pass,
    start: (work, given = {}) =>
      carryOut({
        ...waits,
        attempt: attemptOf(`task-${++count}`, work, given),
        begin: (attempt, report) => executor.start(attempt, report),
        note: given.note ?? (() => undefined),
      }),
    adopt: (by, work, { taskId }, handle) =>
      carryOut({
        ...waits,
        attempt: attemptOf(taskId, work),
        begin: (attempt, report) => by.adopt?.(attempt, handle, report),
        note: () => undefined,
      }),
  }
}

export function demandCompleted(last: AttemptReport, output: unknown): void {
  if (last.type !== 'attempt.completed')
    throw new ConformanceError(`the last report is ${JSON.stringify(last)}`)
  const [got, expected] = [JSON.stringify(last.output), JSON.stringify(output)]
  demand(got === expected, `the output is ${got}, not ${expected}`)
}

export function demandFailed(last: AttemptReport, message: string): void {
  if (last.type !== 'attempt.failed') throw new ConformanceError(`the last report is ${JSON.stringify(last)}`)
  const { failure } = last
  demand(typeof failure.code === 'string' && failure.code !== '', 'the failure has no code')
  demand(typeof failure.message === 'string' && failure.message !== '', 'the failure has no message')
  demand(failure.message.includes(message), `the failure says '${failure.message}', not '${message}'`)
  demand(isJson(failure), 'the failure is not JSON')
}
