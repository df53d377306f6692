import { machineModel } from '../../../src/inspector/machine-model.ts'
import type { LiveActor } from './live-actor.ts'
import type { ScxmlEvent } from './v4-event.ts'
import { plainChart, type V4Machine, v4Machine } from './v4-machine.ts'
import type { V4State } from './v4-state.ts'

/** An actor of XState 5 in the shape that a service of XState 4 has for its inspector. */
export interface V4Service {
  readonly id: string
  readonly sessionId: string
  /** The session id of the actor that made it, if that one is shown. */
  readonly parent: string | undefined
  readonly machine: { readonly definition: V4Machine }
  /** What the actor is in, and the event that led there. */
  state: V4State
  send(event: ScxmlEvent): void
}

const charts = new WeakMap<object, V4Machine>()

function chartOf({ id, logic }: LiveActor): V4Machine {
  const machine = logic as Parameters<typeof machineModel>[0] | undefined
  if (machine?.root?.states === undefined) return plainChart(id)
  const known = charts.get(machine.root)
  if (known !== undefined) return known
  const chart = v4Machine(machineModel(machine))
  charts.set(machine.root, chart)
  return chart
}

export function v4Service(actor: LiveActor, parent: string | undefined, state: V4State): V4Service {
  const definition = chartOf(actor)
  return {
    // The root of a system has no name of its own.
    id: actor.id === actor.sessionId ? definition.id : actor.id,
    sessionId: actor.sessionId,
    parent,
    machine: { definition },
    state,
    send: ({ data }) => actor.send(data),
  }
}
