import type { JsonValue } from '../../../src/events/json-value.ts'
import type { Sanitise } from '../../../src/inspector/sanitise.ts'
import type { LiveActor } from './live-actor.ts'

/** An event as XState 4 hands it on. */
export interface ScxmlEvent {
  readonly name: string
  readonly data: { readonly type: string; readonly [field: string]: JsonValue }
  readonly $$type: 'scxml'
  readonly type: 'external'
  /** The session id of the actor that it comes from. */
  readonly origin?: string
}

/** What XState 5 calls its own events, and what XState 4 calls them. */
const renamed: readonly (readonly [RegExp, string])[] = [
  [/^xstate\.done\.actor\./, 'done.invoke.'],
  [/^xstate\.error\.actor\./, 'error.platform.'],
  [/^xstate\.done\.state\./, 'done.state.'],
]

const delayed = /^xstate\.after\.([^.]+)\.(.+)$/

export function toV4Type(type: string): string {
  const after = delayed.exec(type)
  if (after !== null) return `xstate.after(${after[1]})#${after[2]}`
  for (const [pattern, name] of renamed) if (pattern.test(type)) return type.replace(pattern, name)
  return type
}

/** An event that an actor gets, made harmless. */
export function eventOf(
  event: { readonly type: string },
  actor: LiveActor,
  source: LiveActor | undefined,
  sanitise: Sanitise,
): ScxmlEvent {
  const shown = sanitise(event, { kind: 'event', actor: actor.id })
  const name = toV4Type(event.type)
  return {
    name,
    data: { ...fieldsIn(shown), type: name },
    $$type: 'scxml',
    type: 'external',
    ...(source === undefined ? {} : { origin: source.sessionId }),
  }
}

function fieldsIn(shown: JsonValue): { readonly [field: string]: JsonValue } {
  return typeof shown === 'object' && shown !== null && !Array.isArray(shown)
    ? (shown as { readonly [field: string]: JsonValue })
    : {}
}
