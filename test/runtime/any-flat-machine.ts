import fc from 'fast-check'
import { type AnyStateMachine, createMachine, type EventObject } from 'xstate'

const eventTypes = ['a', 'b', 'c', 'xstate.done.actor.x', 'xstate.error.actor.x'] as const
const keys = ['s0', 's1', 's2', 's3'] as const
const actionNames = ['flip0', 'flip1', 'flip2', 'sendA', 'sendB', 'nothing', 'break'] as const
const guardNames = ['bit0', 'bit1', 'bit2', 'notBit0', 'isAgain', 'breaks'] as const

/** What is asked of every snapshot of such a machine, and sent to its actors: one type it never takes among them. */
export const anyTypes = [...eventTypes, 'never', 'constructor', 'xstate.init'] as const

interface Bits {
  bits: number
  sent: number
}

const actions = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...actionNames.slice(0, -1)) },
    { weight: 1, arbitrary: fc.constant('break' as const) },
  ),
  { maxLength: 3 },
)

const guard = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...guardNames.slice(0, -1)) },
  { weight: 2, arbitrary: fc.constant('breaks' as const) },
)

/** A transition of a state, or of the root, whose targets begin with a dot. */
const branch = (prefix: '' | '.') =>
  fc.record(
    {
      guard: fc.oneof(
        guard,
        guard.map((type) => ({ type })),
      ),
      target: fc.constantFrom(...keys).map((key) => `${prefix}${key}`),
      reenter: fc.boolean(),
      actions,
    },
    { requiredKeys: [] },
  )

const on = (prefix: '' | '.') =>
  fc.dictionary(fc.constantFrom(...eventTypes), fc.array(branch(prefix), { maxLength: 3 }), { maxKeys: 4 })

const state = fc.record({
  isFinal: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  entry: actions,
  exit: actions,
  tags: fc.subarray(['even', 'odd']),
  meta: fc.option(fc.nat(3), { nil: undefined }),
  on: on(''),
  output: fc.option(fc.nat(3), { nil: undefined }),
})

/** A small flat machine with everything that `compile` takes. */
export function anyFlatMachine(): fc.Arbitrary<AnyStateMachine> {
  return fc
    .record({
      states: fc.tuple(state, state, state, state),
      on: on('.'),
      entry: actions,
      exit: actions,
      tags: fc.subarray(['even', 'root']),
      hasOutput: fc.boolean(),
      firstActions: actions,
      bits: fc.nat(7),
      isBroken: fc.nat(30).map((one) => one === 0),
    })
    .map(({ states, on, entry, exit, tags, hasOutput, firstActions, bits, isBroken }) => {
      const config = {
        id: 'any',
        initial: { target: 's0', actions: firstActions },
        on,
        entry,
        exit,
        tags,
        meta: 'root',
        context: () => {
          if (isBroken) throw new Error('no context')
          return { bits, sent: 0 }
        },
        ...(hasOutput ? { output: told } : {}),
        states: Object.fromEntries(
          states.map(({ isFinal, on, output, ...rest }, index) => [
            `s${index}`,
            isFinal
              ? { ...rest, type: 'final', ...(output === undefined ? {} : { output: told }) }
              : { ...rest, on },
          ]),
        ),
      }
      return createMachine(config as unknown as Parameters<typeof createMachine>[0], implementations as never)
    })
}

const told = ({ context, event }: { readonly context: Bits; readonly event: EventObject }): unknown => ({
  bits: context.bits,
  event: { ...event },
})

const flip =
  (bit: number) =>
  ({ context }: { readonly context: Bits }): void => {
    context.bits ^= 1 << bit
  }

const has =
  (bit: number) =>
  ({ context }: { readonly context: Bits }): boolean =>
    (context.bits & (1 << bit)) !== 0

interface Sender {
  readonly context: Bits
  readonly self: { send(event: EventObject): void }
}

/** Sends to itself in the middle of a step, now and then. */
const send =
  (type: string) =>
  ({ context, self }: Sender): void => {
    if (context.sent >= 4) return
    context.sent++
    self.send({ type, again: true } as EventObject)
  }

const implementations = {
  actions: {
    flip0: flip(0),
    flip1: flip(1),
    flip2: flip(2),
    sendA: send('a'),
    sendB: send('b'),
    nothing: () => {},
    break: ({ context }: { readonly context: Bits }) => {
      if (context.bits > 5) throw new Error('an action broke')
    },
  },
  guards: {
    bit0: has(0),
    bit1: has(1),
    bit2: has(2),
    notBit0: ({ context }: { readonly context: Bits }) => (context.bits & 1) === 0,
    isAgain: ({ event }: { readonly event: EventObject }) => 'again' in event,
    breaks: ({ context }: { readonly context: Bits }) => {
      if (context.bits >= 5) throw new Error('a guard broke')
      return true
    },
  },
}
