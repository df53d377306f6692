import type { TaskId } from '../../../machines/outcome.ts'
import { PlacedHeap } from '../../containers/placed-heap.ts'
import type { SimulatedAttempt, SimulatedTask } from '../../simulation/recorder.ts'

export interface SlotUse {
  readonly taskId: TaskId
  readonly attempt: SimulatedAttempt
}

interface Slot {
  readonly index: number
  until: number
  place: number
}

/** The attempts of each slot: each takes the first slot that is free. Slots have no number in a run; this gives them one. */
export function slotsOf(tasks: readonly SimulatedTask[]): readonly (readonly SlotUse[])[] {
  const uses = tasks
    .flatMap(({ id, attempts }) => attempts.map((attempt) => ({ taskId: id, attempt })))
    .toSorted((a, b) => a.attempt.startAt - b.attempt.startAt || a.attempt.endAt - b.attempt.endAt)
  const slots: SlotUse[][] = []
  const free = new PlacedHeap<Slot>((a, b) => a.index < b.index)
  const held = new PlacedHeap<Slot>((a, b) => a.until < b.until)
  for (const use of uses) {
    for (
      let first = held.first;
      first !== undefined && first.until <= use.attempt.startAt;
      first = held.first
    ) {
      held.remove(first)
      free.push(first)
    }
    const slot = free.first ?? { index: slots.push([]) - 1, until: 0, place: 0 }
    if (free.size > 0) free.remove(slot)
    slots[slot.index]!.push(use)
    slot.until = use.attempt.endAt
    held.push(slot)
  }
  return slots
}
