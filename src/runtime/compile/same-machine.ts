import type { AnyStateMachine } from 'xstate'

/**
 * The same machine with methods in place of its own. As with XState's machines, what an actor needs of it are properties
 * of its own, so that it can be spread: `{ ...machine }`.
 */
export function sameMachine<Machine extends AnyStateMachine>(machine: Machine, methods: object): Machine {
  return Object.assign(Object.create(Object.getPrototypeOf(machine) as object) as Machine, machine, methods)
}
