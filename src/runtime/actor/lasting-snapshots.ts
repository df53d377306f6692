import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { hostOf } from './actor-host.ts'

type Context = Readonly<Record<string, unknown>>

/**
 * The same machine, whose snapshots go on to say what was so when they were taken: its actions write into its context, so
 * each event is taken with a copy of it. What time travel, differences and inspectors show is then true for its moment.
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
    // Before its actions are carried out, which look at what the host has.
    host?.contextMoved(context)
    const next = machine.transition(ours, event, scope) as AnyMachineSnapshot
    if (next !== ours || differs(context, before)) return next
    host?.contextMoved(before)
    return snapshot
  }
  return Object.assign(Object.create(machine) as Machine, { transition })
}

function differs(one: Context, other: Context): boolean {
  for (const key in one) if (!Object.is(one[key], other[key])) return true
  return false
}
