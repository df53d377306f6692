import type { AnyActorRef } from 'xstate'
import type { JsonValue } from '../../events/json-value.ts'
import { hostOf } from '../../runtime/actor/actor-host.ts'
import type { Shared } from '../../runtime/shared.ts'
import { patternOf, redacted } from '../../text/redacted.ts'
import { notShown } from '../sanitise.ts'

/** What the runtime keeps out of facts. Its actors know it all the same: what is shown of them goes by here. */
export interface Secrets {
  /** An output as its fact has it. */
  output(taskId: string, output: unknown): unknown
  /** The value without the secrets that have become known. */
  masked(value: JsonValue): JsonValue
}

/** Of what holds none. */
export const noSecrets: Secrets = { output: (_, output) => output, masked: (value) => value }

/** The secrets of the runtime whose root actor that is. */
export function secretsOf(root: AnyActorRef): Secrets {
  const { shared } = (hostOf(root) ?? {}) as { readonly shared?: Shared }
  let known = 0
  let pattern: RegExp | undefined
  const masked = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return value.replaceAll(pattern!, redacted)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(masked)
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, masked(part)]))
  }
  return {
    output: (taskId, output) => {
      const { kept, redact } = shared ?? {}
      if (kept === undefined || (redact?.outputs ?? []).length === 0) return output
      try {
        const fact = { type: 'task.completed', seq: 0, at: 0, runId: '', taskId, attempt: 1, output } as const
        return kept.told(fact).output
      } catch {
        // It cannot be kept, so that no fact will have it.
        return notShown
      }
    },
    masked: (value) => {
      const secrets = shared?.kept?.secrets ?? new Set()
      if (secrets.size !== known) {
        known = secrets.size
        pattern = patternOf(secrets)
      }
      return pattern === undefined ? value : masked(value)
    },
  }
}
