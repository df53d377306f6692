import { holdsSlot } from '../../../machines/task-context.ts'
import type { JsonValue } from '../../events/json-value.ts'
import { badValue } from '../../graph/read-values.ts'
import type { LiveTask } from '../run/live-task.ts'

/** Whose attempt it is. */
interface Placed {
  readonly live: LiveTask
  readonly attempt: number
}

/**
 * Tells where an attempt is, as the fact `task.placed`. Returns a promise where that fact is not safe yet. Of an attempt
 * that is over nothing is told.
 */
export function placeAttempt(placed: Placed, handle: JsonValue): void | Promise<void> {
  const { run } = placed.live
  // A copy: what the executor does to its own afterwards is not what was told.
  const copy = copied(handle)
  if (run.shared.writer === undefined) {
    run.shared.macrostep.with(tellPlaced, placed, copy)
    return undefined
  }
  return new Promise((resolve) => {
    run.shared.macrostep.run(() => {
      tellPlaced(placed, copy)
      run.outbox.effect(resolve, undefined)
    })
  })
}

function tellPlaced({ live, attempt }: Placed, handle: JsonValue): void {
  const { run, task, context, lane } = live
  const isHeld = context.attempt === attempt && holdsSlot(context.state) && run.live.get(task.index) === live
  if (!isHeld) return
  run.tellTask(live, {
    type: 'task.placed',
    taskId: task.id,
    attempt,
    executor: lane.load.name,
    handle,
  })
}

function copied(handle: JsonValue): JsonValue {
  let json: string | undefined
  try {
    json = JSON.stringify(handle)
  } catch {
    // Cycles, BigInt, a toJSON that throws: none of it is JSON.
  }
  if (json === undefined) throw badValue('The handle that an executor noted', handle, 'JSON')
  return JSON.parse(json) as JsonValue
}
