import { sameMachine } from './same-machine.ts'
import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { carryOut, deriveDrive, none, setDrive } from './drive.ts'

export interface DrivenOptions {
  /** See `CompileOptions`. */
  readonly ownContext: boolean
  /** What context functions get to spawn actors with. */
  readonly spawn?: () => never
  /** Drives what `provide` makes of the machine. @default `driven`, as for machines of dagmar */
  readonly again?: (machine: AnyStateMachine) => AnyStateMachine
}

/** What `compile` does for a machine that is known to be flat, as those of dagmar are. */
export function driven<Machine extends AnyStateMachine>(
  machine: Machine,
  { ownContext, spawn, again }: DrivenOptions = { ownContext: true },
): Machine {
  const drive = deriveDrive(machine, ownContext, spawn)
  const { states, first, firstActions, snapshotOf } = drive

  const getInitialSnapshot = (scope: AnyActorScope, input: unknown): AnyMachineSnapshot => {
    if (!isOwn(scope) || first.isFinal) return machine.getInitialSnapshot(scope, input)
    let context: unknown
    try {
      context = drive.contextOf(scope.self, input)
    } catch (error) {
      const root = { nodes: [machine.root], tags: new Set(machine.root.tags) }
      return snapshotOf({ ...first, ...root }, 'error', {}, undefined, error)
    }
    if (firstActions.length > 0) {
      const event: EventObject & { input: unknown } = { type: 'xstate.init', input }
      const args = { context, event, self: scope.self, system: scope.system }
      scope.defer(() => carryOut(firstActions, args))
    }
    return snapshotOf(first, 'active', context)
  }

  const transition = (
    snapshot: AnyMachineSnapshot,
    event: EventObject,
    scope: AnyActorScope,
  ): AnyMachineSnapshot => {
    const { type } = event
    if (snapshot.status !== 'active') {
      return type === 'xstate.stop' ? machine.transition(snapshot, event, scope) : snapshot
    }
    const branches = states.get(snapshot.value as string)?.branches.get(type)
    if (branches === undefined || !isOwn(scope)) return machine.transition(snapshot, event, scope)
    const context: unknown = snapshot.context
    for (const { guard, actions, target } of branches) {
      if (guard !== undefined) {
        try {
          if (!guard({ context, event })) continue
        } catch {
          return machine.transition(snapshot, event, scope)
        }
      }
      // Only a restored snapshot has children, and XState stops them when the machine ends.
      const { children, historyValue: past } = snapshot
      if (target?.isFinal === true && children !== none && Object.keys(children).length > 0) {
        return machine.transition(snapshot, event, scope)
      }
      const args = { context, event, self: scope.self, system: scope.system }
      carryOut(actions, args)
      if (target === undefined) return snapshot
      if (!target.isFinal) return snapshotOf(target, 'active', context, undefined, undefined, children, past)
      const output = drive.outputOf(target, args)
      carryOut(target.lastActions, args)
      return snapshotOf(target, 'done', context, output, undefined, children, past)
    }
    return snapshot
  }

  const start = (snapshot: AnyMachineSnapshot): void => {
    if (snapshot.children !== none) machine.start(snapshot)
  }
  const provide: AnyStateMachine['provide'] = (implementations) => {
    const provided = machine.provide(implementations)
    return again === undefined ? driven(provided) : again(provided)
  }
  const compiled = sameMachine(machine, {
    getInitialSnapshot,
    transition,
    start,
    provide,
  })
  setDrive(compiled, drive)
  return compiled
}

/** False for the scopes of XState's pure functions, which collect actions instead of carrying them out. */
function isOwn(scope: AnyActorScope): boolean {
  return (scope.self as { readonly _actorScope?: unknown })._actorScope === scope
}
