import type { Run } from '../run/run.ts'

/** When a run that starts or is redriven now has taken too long: epoch ms, or `Infinity`. */
export function timeoutInstant(run: Run): number {
  return run.now + run.options.timeoutMs
}

/** From now on the run is ended at that instant; `Infinity` ends nothing. */
export function armRunTimeout({ books }: Run, until: number): void {
  if (until !== Number.POSITIVE_INFINITY) books.deadlines.set(books.runKey, until)
}

export function disarmRunTimeout({ books }: Run): void {
  books.deadlines.set(books.runKey, Number.POSITIVE_INFINITY)
}

/** The instant has come: all that is live is killed, the rest skipped. */
export function runTimedOut(run: Run): void {
  const message = `The run took longer than its timeout of ${run.options.timeoutMs} ms.`
  run.abort('timed-out', { code: 'RUN_TIMEOUT', message })
}
