import { attemptIdOf } from '../../executors/attempt.ts'
import type { Attempt, AttemptKey, AttemptReport, Executor } from '../../ports/executor.ts'

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
  readonly isOver: boolean
  /** Resolves with the first report of that type. */
  next<Type extends AttemptReport['type']>(type: Type): Promise<Extract<AttemptReport, { type: Type }>>
  started(): Promise<unknown>
  /** Resolves with the last report. */
  last(): Promise<AttemptReport>
  /** Listens for a while, then checks that the reports are those of an attempt that has started once and ended once. */
  settled(): Promise<void>
}

const endsUnstarted: ReadonlySet<string> = new Set(['attempt.failed', 'attempt.ended'])
const lasts: ReadonlySet<string> = new Set(['attempt.completed', 'attempt.failed', 'attempt.ended'])

/** Lets the executor start an attempt. */
export function carryOut(
  executor: Executor,
  attempt: Attempt,
  waits: { readonly patienceMs: number; quiet(): Promise<void> },
): CarriedOut {
  const { runId, taskId } = attempt
  const reports: AttemptReport[] = []
  let told: (() => void)[] = []
  const find = async <Found extends AttemptReport>(
    what: string,
    is: (report: AttemptReport) => report is Found,
  ): Promise<Found> => {
    const until = Date.now() + waits.patienceMs
    for (;;) {
      const found = reports.find(is)
      if (found !== undefined) return found
      const leftMs = until - Date.now()
      demand(leftMs > 0, `no ${what} came within ${waits.patienceMs} ms, only ${listed(reports)}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        told.push(() => {
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
    get isOver() {
      return reports.some(isLast)
    },
    next: (type) =>
      find(type, (report): report is Extract<AttemptReport, { type: typeof type }> => report.type === type),
    started: () => carriedOut.next('attempt.started'),
    last: () => find('last report', isLast),
    async settled() {
      await waits.quiet()
      demandOneLife(reports)
    },
  }
  executor.start(attempt, (report) => {
    reports.push(report)
    const woken = told
    told = []
    for (const wake of woken) wake()
  })
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
