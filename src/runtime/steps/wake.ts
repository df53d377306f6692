import type { Run } from '../run/run.ts'
import { runTimedOut } from './run-timeout.ts'

/** An instant has come that the run waited for: its own timeout, or one of a task. */
export function wake(run: Run, key: number): void {
  if (key === run.books.runKey) {
    runTimedOut(run)
    return
  }
  const live = run.live.get(key)
  if (live !== undefined) run.sendTask(live, { type: 'task.due', at: run.now })
}
