import type { Subscription } from 'rxjs'
import { type Fact, isRunEnd, isRunFact } from '../../events/facts.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { Sanitise } from '../sanitise.ts'
import type { WriteFact } from './fact-entry.ts'
import { LogRecorder } from './log-recorder.ts'
import type { Secrets } from './secrets.ts'

export interface RunRecordingOptions {
  readonly sanitise: Sanitise
  readonly secrets: Secrets
  readonly write: WriteFact
  readonly now: () => number
  /** Called after each fact. */
  readonly told: (fact: Fact) => void
}

/** The log of one run: its facts from the first that is held, and what its actors do while somebody looks. */
export class RunRecording {
  readonly run: RunHandle
  readonly recorder: LogRecorder
  readonly #subscription: Subscription | undefined

  constructor(run: RunHandle, { sanitise, secrets, write, now, told }: RunRecordingOptions) {
    this.run = run
    const recorder = new LogRecorder({
      runId: run.id,
      sanitise,
      secrets,
      now,
      executorOf: (taskId) => run.plan.tasks[run.plan.indexOf(taskId) ?? -1]?.executor,
    })
    this.recorder = recorder
    const record = (fact: Fact): void => {
      // A line that has not ended comes again as a whole.
      if (fact.type === 'task.output' && fact.isPartial === true) return
      const isLasting = isRunFact(fact)
      recorder.log.push(write(fact), !isLasting)
      if (isLasting) recorder.lastSeq = fact.seq
      told(fact)
    }
    this.#subscription = run.events({ from: 1 }).subscribe((fact) => {
      try {
        record(fact)
      } catch {
        // What is thrown here would be told in the run. A log with a gap is worth nothing.
        this.close()
      }
    })
  }

  close(): void {
    this.#subscription?.unsubscribe()
  }
}

/** Whether nothing may come for long after it, so that it is not to wait for more. */
export function isUrgent(fact: Fact): boolean {
  return isRunEnd(fact) || fact.type === 'task.asked' || fact.type === 'run.paused'
}
