import type { AnyStateMachine } from 'xstate'
import type { Drive } from '../compile/drive.ts'
import type { Watch } from './watch.ts'
import type { InnerActor, InnerSystem } from './xstate-insides.ts'

/** What the actors of one machine below one parent have in common. */
export interface Kin<Logic extends AnyStateMachine = AnyStateMachine> {
  readonly logic: Logic
  /** What their parent calls each of them. Their done events have the type `xstate.done.actor.<kind>`. */
  readonly kind: string
  readonly doneType: string
  readonly parent: InnerActor
  readonly system: InnerSystem
  readonly watch: Watch
  /** Undefined where they have to be XState's own actors. */
  readonly drive: Drive | undefined
}

/** Kin that may be slim. */
export interface SlimKin extends Kin {
  readonly drive: Drive
}
