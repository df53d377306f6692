import type { AnyActorRef, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { type ActionArgs, type FlatState, type FlatTable, flatTable, type PlainAction } from './flat-table.ts'

/** All that an actor of a flat machine is driven by. */
export interface Drive extends FlatTable {
  /** The machine itself, which the snapshots are of. */
  readonly machine: AnyStateMachine
  /** False where the machine gives all of its actors the one context object. */
  readonly makesContext: boolean
  /** What a new actor knows. Throws what the machine's context function throws. */
  contextOf(self: AnyActorRef, input: unknown): unknown
  /** What the actor gives out when it comes to that final state. */
  outputOf(state: FlatState, args: ActionArgs): unknown
  readonly snapshotOf: SnapshotOf
}

type SnapshotOf = (
  state: Pick<FlatState, 'key' | 'nodes' | 'tags'>,
  status: AnyMachineSnapshot['status'],
  context: unknown,
  output?: unknown,
  error?: unknown,
  children?: unknown,
  past?: unknown,
) => AnyMachineSnapshot

/** What XState's snapshots hold in place of nothing. Nobody writes to it. */
export const none: object = Object.freeze({})

const drive: unique symbol = Symbol('dagmar.drive')

/** Notes what a machine, and all that is made of it, is driven by. Undefined: by no table. */
export function setDrive(machine: AnyStateMachine, by: Drive | undefined): void {
  ;(machine as { [drive]?: Drive | undefined })[drive] = by
}

/** Undefined for a machine that is not compiled, or made of one that is. */
export function driveOf(machine: AnyStateMachine): Drive | undefined {
  return (machine as { readonly [drive]?: Drive })[drive]
}

/** Derives it from a machine that is flat. */
export function deriveDrive(machine: AnyStateMachine, ownContext: boolean, spawn?: () => never): Drive {
  const { context } = machine.config
  const makesContext = typeof context === 'function'
  return {
    ...flatTable(machine),
    machine,
    makesContext,
    // As in XState: what a function returns is copied once, and an object is shared by all actors of the machine.
    contextOf: (self, input) => {
      if (!makesContext) return context ?? {}
      const made: unknown = context({ input, self, spawn: spawn as never })
      return ownContext ? made : { ...(made as object | undefined) }
    },
    outputOf: ({ node, doneType }, { context, event, self }) => {
      const last = resolved(node.output, { context, event, self })
      const { output } = machine.root
      if (typeof output !== 'function') return output
      return resolved(output, { context, event: { type: doneType, output: last }, self })
    },
    snapshotOf: snapshots(machine),
  }
}

export function carryOut(actions: readonly PlainAction[], args: ActionArgs): void {
  for (const action of actions) action(args, undefined)
}

function resolved(output: unknown, args: object): unknown {
  return typeof output === 'function' ? (output(args) as unknown) : output
}

/**
 * Makes snapshots with XState's methods, and with its keys in its order, so that engines treat them like XState's own.
 */
function snapshots(machine: AnyStateMachine): SnapshotOf {
  const value = machine.root.initial.target[0]!.key
  const methods: object = machine.resolveState({ value, context: {} })
  const { matches, hasTag, can, getMeta, toJSON } = methods as Readonly<Record<string, unknown>>
  return ({ key, nodes, tags }, status, context, output, error, children = none, past = none) =>
    ({
      status,
      output,
      error,
      machine,
      context,
      _nodes: nodes,
      value: key,
      tags,
      children,
      historyValue: past,
      matches,
      hasTag,
      can,
      getMeta,
      toJSON,
    }) as unknown as AnyMachineSnapshot
}
