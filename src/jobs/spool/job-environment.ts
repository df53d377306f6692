/** What belongs to the attempt that a dispatch may come from. A job is no part of it, and outlives it. */
const ofAttempt = /^DAGMAR_(?:MARKS|ATTEMPT|RUN_ID|TASK_ID|TELL|INPUTS?|INPUTS?_FILE)$/

/** The environment that the commands of a job get: that of the dispatch, without what belongs to an attempt. */
export function jobEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in env) {
    const value = env[name]
    if (value !== undefined && !ofAttempt.test(name)) kept[name] = value
  }
  return kept
}
