import type { Attempt, AttemptKey } from '../ports/executor.ts'

/**
 * `runId/taskId/attempt`: the text that names an attempt in `abort`, `force` and `answer`, in logs, and to the world
 * outside.
 */
export function attemptIdOf({ runId, taskId, attempt }: AttemptKey): string {
  return `${runId}/${taskId}/${attempt}`
}

/**
 * The inputs of an attempt: the outputs of its completed dependencies, by task id. Made at the first call, because most
 * attempts never look.
 */
export function inputsOf(attempt: Attempt): Readonly<Record<string, unknown>> {
  return attempt.inputs ?? attempt.origin?.makeInputs() ?? {}
}
