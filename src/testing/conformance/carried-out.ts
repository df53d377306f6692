import type { JsonValue } from '../../events/json-value.ts'
import { attemptIdOf } from '../../executors/attempt.ts'
import type { Attempt, AttemptKey, AttemptReport, Report } from '../../ports/executor.ts'

/** An executor has broken its contract. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError'
}

export function demand(holds: boolean, breach: string): void {
  if (!holds) throw new ConformanceError(breach)
}

/** An attempt that the executor under test carries out, and what it reports. */
export interface CarriedOut extends AttemptKey {
  readonly attemptId: string
  readonly reports: readonly AttemptReport[]
  /** The handles that were noted, in order. */
  readonly handles: readonly JsonValue[]
  readonly isOver: boolean
  /** Resolves with the first report of that type. */
  next<Type extends AttemptReport['type']>(type: Type): Promise<Extract<AttemptReport, { type: Type }>>
  started(): Promise<unknown>
  /** Resolves with what came first: a handle that was noted, or a report. */
  firstSign(): Promise<'a handle' | 'a report'>
  /** Resolves with the last report. */
  last(): Promise<AttemptReport>
  /** Listens for a while, then checks that the reports are those of an attempt that has started once and ended once. */
  settled(): Promise<void>
}

const endsUnstarted: ReadonlySet<string> = new Set(['attempt.failed', 'attempt.ended'])
const lasts: ReadonlySet<string> = new Set(['attempt.completed', 'attempt.failed', 'attempt.ended'])

export interface CarryOut {
  readonly attempt: Omit<Attempt, 'note'>
  /** Starts the attempt, or adopts it. */
  readonly begin: (attempt: Attempt, report: Report) => void | Promise<void>
  /** What `note` returns. */
  readonly note: () => void | Promise<void>
  readonly patienceMs: number
  readonly quiet: () => Promise<void>
}

/** Starts or adopts an attempt. What the executor throws, at once or later, fails it as in a runtime. */
export function carryOut({ attempt, begin, note, patienceMs, quiet: listen }: CarryOut): CarriedOut {
  const { runId, taskId } = attempt
  const reports: AttemptReport[] = []
  const handles: JsonValue[] = []
  let waiting: (() => void)[] = []
  const wakeAll = (): void => {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }
  const hear = (report: AttemptReport): void => {
    reports.push(report)
    wakeAll()
  }
  const threw = (thrown: unknown): void =>
    hear({ type: 'attempt.failed', failure: { code: 'EXECUTOR_THREW', message: String(thrown) } })
  const find = async <Found>(what: string, look: () => Found | undefined): Promise<Found> => {
    const until = Date.now() + patienceMs
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      const leftMs = until - Date.now()
      demand(leftMs > 0, `no ${what} came within ${patienceMs} ms, only ${listed(reports)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
  const carriedOut: CarriedOut = {
    attemptId: attemptIdOf(attempt),
    runId,
    taskId,
    attempt: attempt.attempt,
    reports,
    handles,
    get isOver() {
      return reports.some(isLast)
    },
    next: (type) =>
      find(type, () =>
        reports.find(
          (report): report is Extract<AttemptReport, { type: typeof type }> => report.type === type,
        ),
      ),
    firstSign: () =>
      find('sign', () => (handles.length > 0 ? 'a handle' : reports.length > 0 ? 'a report' : undefined)),
    started: () => carriedOut.next('attempt.started'),
    last: () => find('last report', () => reports.find(isLast)),
    async settled() {
      await listen()
      demandOneLife(reports)
    },
  }
  const noting = (handle: JsonValue): void | Promise<void> => {
    handles.push(handle)
    wakeAll()
    return note()
  }
  try {
    // Frozen and without a prototype of its own: what an executor gets is data.
    const begun: unknown = begin(Object.freeze({ ...attempt, note: noting }), hear)
    if (begun instanceof Promise) begun.then(undefined, threw)
  } catch (thrown) {
    threw(thrown)
  }
  return carriedOut
}

/** Waits for some turns of the event loop, and then for `ms` milliseconds. */
export async function quiet(ms: number): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  if (ms === 0) return
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

function isLast(report: AttemptReport): report is AttemptReport {
  return lasts.has(report.type)
}

function demandOneLife(reports: readonly AttemptReport[]): void {
  const all = listed(reports)
  // An attempt that cannot start, or is aborted before it does, may end without having started.
  const neverStarted = reports.length === 1 && count(reports, (type) => endsUnstarted.has(type)) === 1
  const startedFirst = reports[0]?.type === 'attempt.started'
  demand(startedFirst || neverStarted, `the first report is not that it started: ${all}`)
  demand(count(reports, (type) => type === 'attempt.started') <= 1, `it started more than once: ${all}`)
  demand(count(reports, (type) => lasts.has(type)) === 1, `there is not one last report: ${all}`)
  demand(lasts.has(reports.at(-1)!.type), `something came after the last report: ${all}`)
}

function count(reports: readonly AttemptReport[], which: (type: string) => boolean): number {
  return reports.filter(({ type }) => which(type)).length
}

function listed(reports: readonly AttemptReport[]): string {
  return reports.length === 0 ? 'nothing' : reports.map(({ type }) => type).join(', ')
}
