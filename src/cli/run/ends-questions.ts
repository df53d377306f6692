/** After these facts of a task nobody waits for an answer any more, though there was none. */
export const endsQuestions: ReadonlySet<string> = new Set([
  'task.stopping',
  'task.completed',
  'task.failed',
  'task.killed',
  'task.skipped',
  'task.retrying',
])
