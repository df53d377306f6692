import type { IsSecret } from './secret-names.ts'

export type Variables = Readonly<Record<string, string>>

/** An environment as it is written down. */
export interface KeptEnvironment {
  readonly variables: Variables
  /** The names of those that are not written down. */
  readonly secrets: readonly string[]
}

/** What belongs to the attempt that a dispatch may come from. A job is no part of it, and outlives it. */
const ofAttempt = /^DAGMAR_(?:MARKS|ATTEMPT|RUN_ID|TASK_ID|TELL|INPUTS?|INPUTS?_FILE)$/

/** The environment that the commands of a job get: that of the dispatch, without what belongs to an attempt. */
export function jobEnvironment(env: Readonly<Record<string, string | undefined>>): Variables {
  const kept: Record<string, string> = {}
  for (const name in env) {
    const value = env[name]
    if (value !== undefined && !ofAttempt.test(name)) kept[name] = value
  }
  return kept
}

/** Takes the secrets out. */
export function withoutSecrets(
  variables: Variables,
  isSecret: IsSecret,
): KeptEnvironment & { readonly secret: Variables } {
  const names = Object.keys(variables)
  const those = (wanted: boolean): Variables =>
    Object.fromEntries(
      names.filter((name) => isSecret(name) === wanted).map((name) => [name, variables[name]!]),
    )
  const secret = those(true)
  return { variables: those(false), secrets: Object.keys(secret).toSorted(), secret }
}
