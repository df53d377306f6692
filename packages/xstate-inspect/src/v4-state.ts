import type { JsonValue } from '../../../src/events/json-value.ts'
import type { Sanitise } from '../../../src/inspector/sanitise.ts'
import type { LiveActor, LiveSnapshot } from './live-actor.ts'
import type { ScxmlEvent } from './v4-event.ts'
import { v4Key } from './v4-machine.ts'

/** What `State.create` of XState 4 makes a state of. */
export interface V4State {
  readonly value: unknown
  readonly context: JsonValue
  readonly event: ScxmlEvent['data']
  readonly _event: ScxmlEvent
  readonly _sessionid: string
  readonly done: boolean
  readonly changed: true
  readonly tags: readonly string[]
  readonly actions: readonly never[]
  readonly events: readonly never[]
  readonly configuration: readonly never[]
  readonly transitions: readonly never[]
  readonly activities: object
  readonly meta: object
  readonly children: object
}

export function v4State(
  actor: LiveActor,
  snapshot: LiveSnapshot,
  event: ScxmlEvent,
  sanitise: Sanitise,
): V4State {
  const { status, value, context, tags } = snapshot
  const shown = (kind: 'context' | 'output' | 'error'): JsonValue =>
    sanitise(snapshot[kind], { kind, actor: actor.id })
  return {
    value: value === undefined ? status : v4Value(value),
    context:
      value === undefined
        ? {
            ...(context === undefined ? {} : { context: shown('context') }),
            ...(status === 'done' ? { output: shown('output') } : {}),
            ...(status === 'error' ? { error: shown('error') } : {}),
          }
        : shown('context'),
    event: event.data,
    _event: event,
    _sessionid: actor.sessionId,
    done: value === undefined ? status !== 'active' : status === 'done',
    changed: true,
    tags: tags === undefined ? [] : [...tags],
    actions: [],
    events: [],
    configuration: [],
    transitions: [],
    activities: {},
    meta: {},
    children: {},
  }
}

function v4Value(value: unknown): unknown {
  if (typeof value === 'string') return v4Key(value)
  return Object.fromEntries(
    Object.entries(value as object).map(([key, inner]) => [v4Key(key), v4Value(inner)]),
  )
}
