import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { SimulatedClock } from '../../time/simulated-clock.ts'
import type { Circumstances } from './circumstances.ts'
import type { AttemptMark } from './scripted-executor.ts'

/** All that happened, in the order in which it could be seen: facts as they were told, attempts as executors saw them. */
export type Mark = Fact | AttemptMark | KillMark

/** Somebody has told the run, or one task of it, to end now. */
export interface KillMark {
  readonly type: 'kill called'
  readonly runId: string
  readonly taskId?: TaskId
}

/** What a play is played on. */
export interface Stage {
  readonly circumstances: Circumstances
  readonly clock: SimulatedClock
  readonly marks: Mark[]
  readonly plan: Plan
}

/** Tells the run, or one task of it, to end now, and notes that. */
export function kill(handle: RunHandle, marks: Mark[], taskId?: TaskId): void {
  marks.push({ type: 'kill called', runId: handle.id, ...(taskId === undefined ? {} : { taskId }) })
  void handle.kill(taskId)
}
