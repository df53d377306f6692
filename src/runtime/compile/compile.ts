import type { AnyStateMachine } from 'xstate'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { driven } from './driven.ts'
import { refuseUnlessFlat } from './refuse-unless-flat.ts'

export interface CompileOptions {
  /**
   * Uses the object that the machine's context function returns as the actor's context, in place of a copy. For
   * machines whose function returns a new object each time, which nothing else writes to.
   * @default false
   */
  readonly ownContext?: boolean
}

/**
 * The same machine, driven by a table in place of XState's interpreter: several times faster, for machines that are
 * flat. Use it wherever the machine is used: `createActor`, `spawnChild`, `invoke`, `initialTransition`, `transition`.
 *
 * The same as interpreted: the snapshots (each a `MachineSnapshot` of `machine`), the effects and their order, output and
 * done event, what a restored snapshot does, and inspection of `@xstate.actor`, `@xstate.event` and `@xstate.snapshot`.
 * Events that the machine does not name, error events, stop, guards that throw, and the pure functions
 * `initialTransition` and `transition` are left to XState's own code.
 *
 * Different from interpreted: `@xstate.microstep` and `@xstate.action` are not inspected, and a snapshot that is not
 * active does not change, except when it is stopped.
 *
 * A machine is flat when every state is atomic or final, actions and guards are plain functions (inline or by name,
 * without params), no target names more than one state, and there is no `invoke`, `always`, `after`, wildcard, or
 * action of XState such as `assign`. A context function must not `spawn`: the actor would start in error.
 * Implementations are read when `compile` is called, so call `provide()` before it, or on its result, which compiles
 * again.
 *
 * Throws `CONFIG_INVALID` for a machine that is not flat, saying which state and why.
 */
export function compile<Machine extends AnyStateMachine>(
  machine: Machine,
  { ownContext = false }: CompileOptions = {},
): Machine {
  refuseUnlessFlat(machine)
  return driven(machine, { ownContext, spawn: refuseSpawn, again: (other) => compile(other, { ownContext }) })
}

function refuseSpawn(): never {
  throw new DagmarError('CONFIG_INVALID', {
    message: 'A compiled machine cannot spawn in its context function.',
    hint: 'Create the actor in an action, or use the machine as it is, interpreted by XState.',
  })
}
