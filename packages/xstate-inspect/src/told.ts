import type { V4Machine } from './v4-machine.ts'
import type { V4Service } from './v4-service.ts'

/** What a viewer is told, in the words of `@xstate/inspect`. */
export type Told =
  | {
      readonly type: 'service.register'
      readonly machine: string
      readonly state: string
      readonly sessionId: string
      readonly id: string
      readonly parent?: string
    }
  | { readonly type: 'service.event'; readonly event: string; readonly sessionId: string }
  | { readonly type: 'service.state'; readonly state: string; readonly sessionId: string }
  | { readonly type: 'service.stop'; readonly sessionId: string }

/** Many actors have one machine. */
const written = new WeakMap<V4Machine, string>()

export function registerOf(service: V4Service): Told {
  const { id, sessionId, parent, state } = service
  const { definition } = service.machine
  const machine = written.get(definition) ?? JSON.stringify(definition)
  written.set(definition, machine)
  return {
    type: 'service.register',
    machine,
    state: JSON.stringify(state),
    sessionId,
    id,
    ...(parent === undefined ? {} : { parent }),
  }
}

export function stateOf({ sessionId, state }: V4Service): Told {
  return { type: 'service.state', state: JSON.stringify(state), sessionId }
}
