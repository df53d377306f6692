import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { sameMachine } from '../compile/same-machine.ts'
import { hostOf } from './actor-host.ts'

type Context = Readonly<Record<string, unknown>>

/**
 * The same machine with snapshots that keep what they said. Actions write into the context, so each event gets a copy
 * of it. Inspectors, differences and time travel then show what was true at each moment.
 */
export function lastingSnapshots<Machine extends AnyStateMachine>(machine: Machine): Machine {
  const transition = (
    snapshot: AnyMachineSnapshot,
    event: EventObject,
    scope: AnyActorScope,
  ): AnyMachineSnapshot => {
    if (snapshot.status !== 'active') return machine.transition(snapshot, event, scope)
    const host = hostOf(scope.self)
    const before = snapshot.context as Context
    const context = { ...before }
    const ours = { ...snapshot, context } as AnyMachineSnapshot
    // Before the actions, because they use the host's context.
    host?.contextMoved(context)
    let next: AnyMachineSnapshot
    try {
      next = machine.transition(ours, event, scope) as AnyMachineSnapshot
    } catch (error) {
      // XState makes the snapshot in error of the one that it finds there: it shows how far the actions came.
      ;(scope.self as { _snapshot?: AnyMachineSnapshot })._snapshot = ours
      throw error
    }
    if (next !== ours || differs(context, before)) return next
    host?.contextMoved(before)
    return snapshot
  }
  return sameMachine(machine, { transition })
}

/** True where two contexts with the same keys do not hold the same values. */
export function differs(one: object, other: object): boolean {
  for (const key in one) {
    if (!Object.is((one as Context)[key], (other as Context)[key])) return true
  }
  return false
}
