import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventFromLogic,
  initialTransition,
  type InputFrom,
  type SnapshotFrom,
  transition,
} from 'xstate'

/** A machine outside of any actor: no clock, no parent, and seams that do nothing but leave their name. */
export interface Stepper<Machine extends AnyStateMachine> {
  readonly state: string
  readonly context: SnapshotFrom<Machine>['context']
  readonly isDone: boolean
  /** The actions of the last step, in order; seams among them. */
  readonly did: readonly string[]
  /** As an actor does it, a machine that is done takes nothing any more. */
  send(event: EventFromLogic<Machine>): void
}

interface Named {
  readonly type: string
  readonly info: unknown
  readonly params: unknown
  readonly exec: ((info: unknown, params: unknown) => void) | undefined
}

export function stepper<Machine extends AnyStateMachine>(
  machine: Machine,
  input: InputFrom<Machine>,
): Stepper<Machine> {
  return around(machine, initialTransition<AnyStateMachine>(machine, input))
}

/** A stepper that begins in the middle of a life, with a copy of that context. */
export function stepperAt<Machine extends AnyStateMachine>(
  machine: Machine,
  state: string,
  context: SnapshotFrom<Machine>['context'],
): Stepper<Machine> {
  return around(machine, [machine.resolveState({ value: state, context: structuredClone(context) }), []])
}

function around<Machine extends AnyStateMachine>(
  machine: Machine,
  first: [AnyMachineSnapshot, readonly unknown[]],
): Stepper<Machine> {
  let snapshot = first[0]
  let did = carryOut(first[1])
  return {
    get state() {
      return String(snapshot.value)
    },
    get context() {
      return snapshot.context as SnapshotFrom<Machine>['context']
    },
    get isDone() {
      return snapshot.status === 'done'
    },
    get did() {
      return did
    },
    send(event) {
      if (snapshot.status === 'done') {
        did = []
        return
      }
      const [next, actions] = transition<AnyStateMachine>(machine, snapshot, event)
      snapshot = next
      did = carryOut(actions)
    },
  }
}

function carryOut(actions: readonly unknown[]): string[] {
  return (actions as readonly Named[]).map(({ type, info, params, exec }) => {
    exec?.(info, params)
    return type
  })
}
