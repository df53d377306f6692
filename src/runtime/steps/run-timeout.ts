import type { Run } from '../run/run.ts'

/** The instant at which a run that starts or is redriven now times out: epoch milliseconds, or `Infinity`. */
export function timeoutInstant(run: Run): number {
  return run.now + run.options.timeoutMs
}

/** Lets the run time out at that instant. `Infinity` for never. */
export function armRunTimeout({ books }: Run, until: number): void {
  if (until !== Number.POSITIVE_INFINITY) books.deadlines.set(books.runKey, until)
}

export function disarmRunTimeout({ books }: Run): void {
  books.deadlines.set(books.runKey, Number.POSITIVE_INFINITY)
}

/** The run has timed out: live attempts are killed, the rest is skipped. */
export function runTimedOut(run: Run): void {
  const message = `The run took longer than its timeout of ${run.options.timeoutMs} ms.`
  run.abort('timed-out', { code: 'RUN_TIMEOUT', message })
}
