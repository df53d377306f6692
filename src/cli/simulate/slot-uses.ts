import TinyQueue from 'tinyqueue'
import type { TaskId } from '../../../machines/outcome.ts'
import type { SimulatedAttempt, SimulatedTask } from '../../simulation/recorder.ts'

export interface SlotUse {
  readonly taskId: TaskId
  readonly attempt: SimulatedAttempt
}

/** The attempts of each slot: each takes the first slot that is free. Slots have no number in a run; this gives them one. */
export function slotsOf(tasks: readonly SimulatedTask[]): readonly (readonly SlotUse[])[] {
  const uses = tasks
    .flatMap(({ id, attempts }) => attempts.map((attempt) => ({ taskId: id, attempt })))
    .toSorted((a, b) => a.attempt.startAt - b.attempt.startAt || a.attempt.endAt - b.attempt.endAt)
  const slots: SlotUse[][] = []
  const free = new TinyQueue<number>()
  const held = new TinyQueue<{ readonly slot: number; readonly until: number }>(
    [],
    (a, b) => a.until - b.until,
  )
  for (const use of uses) {
    for (
      let first = held.peek();
      first !== undefined && first.until <= use.attempt.startAt;
      first = held.peek()
    ) {
      free.push(held.pop()!.slot)
    }
    const slot = free.pop() ?? slots.push([]) - 1
    slots[slot]!.push(use)
    held.push({ slot, until: use.attempt.endAt })
  }
  return slots
}
