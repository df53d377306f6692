import type { Attempt, AttemptKey } from '../ports/executor.ts'

/** `runId/taskId/attempt`: names the attempt in `abort`, `force` and `answer`, in logs and towards the outside. */
export function attemptIdOf({ runId, taskId, attempt }: AttemptKey): string {
  return `${runId}/${taskId}/${attempt}`
}

/** The outputs of the completed dependencies, by task id. Made at the first call: most attempts never look. */
export function inputsOf(attempt: Attempt): Readonly<Record<string, unknown>> {
  return attempt.inputs ?? attempt.origin?.makeInputs() ?? {}
}
