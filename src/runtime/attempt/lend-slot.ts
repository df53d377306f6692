import type { LiveTask } from '../run/live-task.ts'

/** Whether the attempt has not ended. */
export function isAtWork(live: LiveTask, attempt: number): boolean {
  return live.isHolding && live.context.attempt === attempt && live.context.state !== 'dispatched'
}

/**
 * Lends the runtime's slot of a task to others, as long as its handler waits for a run of its own: without it, runs that
 * wait for their own runs could fill the runtime and wait for ever. Returns the function that takes it back, even where
 * that makes one more than there are.
 */
export function lendSlot(live: LiveTask, attempt: number): () => void {
  const { macrostep, admission } = live.run.shared
  const { slots } = admission.slots
  macrostep.run(() => {
    if (isAtWork(live, attempt) && live.lent++ === 0) slots.free()
  })
  return () =>
    macrostep.run(() => {
      if (isAtWork(live, attempt) && --live.lent === 0) slots.hold()
    })
}
