import type { Run } from '../run/run.ts'

/**
 * Gives a run that was set aside to whoever recovers it, when nothing of it is live and all that it told is safe. It has
 * no result here.
 */
export function letGo(run: Run): void {
  const { shared, host, outbox, log, dagContext, live, books } = run
  const { seq } = outbox
  // Before it has begun there is nothing to recover, and what is ended early comes to its end.
  if (seq === 0 || dagContext.ending !== undefined || run.isSettled || !run.isAwaited) return
  for (const { isHolding } of live) if (isHolding) return
  if (log.lastSeq < seq) return run.setAside()
  for (const one of live) if (one.part !== undefined) shared.agents!.left(one)
  run.forgetInstants()
  shared.admission.leave(run, books.lanes)
  outbox.cut()
  shared.released.push(Promise.resolve(shared.store?.release(outbox.journal)))
  host.forget(run)
  host.dagEnded(run)
}
