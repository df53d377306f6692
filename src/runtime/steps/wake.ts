import { expiredQuestion } from '../../../machines/task-context.ts'
import type { Run } from '../run/run.ts'
import { runTimedOut } from './run-timeout.ts'

/** An instant has come that the run waited for: its own timeout, or one of a task. */
export function wake(run: Run, key: number): void {
  const { now: at, books } = run
  if (key === books.runKey) {
    runTimedOut(run)
    return
  }
  const live = run.live.get(key)
  if (live === undefined) {
    const answer = run.plan.tasks[key]?.confirm?.defaultAnswer ?? 'no'
    if (books.asked.has(key)) run.note({ type: 'run.confirm', index: key, answer, expired: true })
    return
  }
  const { context } = live
  const place = at < context.timeoutAt ? expiredQuestion(context, at) : -1
  if (place === -1) run.sendTask(live, { type: 'task.due', at })
  else {
    const answer = context.openQuestions[place]!.defaultAnswer
    run.sendTask(live, { type: 'task.answer', at, answer, place, expired: true })
  }
}
