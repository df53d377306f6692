import { assign, fromPromise, setup } from 'xstate'

/** Says what it is told, until somebody approves or `held` is over. */
export const reviewMachine = (held: Promise<void>) =>
  setup({
    types: {} as {
      context: { readonly secret: string; readonly said: readonly unknown[] }
      events: { readonly type: 'say'; readonly words: unknown } | { readonly type: 'approve' }
    },
    actors: { patience: fromPromise(() => held) },
  }).createMachine({
    id: 'review',
    initial: 'open',
    context: { secret: 'swordfish', said: [] },
    invoke: { src: 'patience', id: 'patience', onDone: '.approved' },
    states: {
      open: {
        on: {
          say: { actions: assign({ said: ({ context, event }) => [...context.said, event.words] }) },
          approve: 'approved',
        },
      },
      approved: { type: 'final' },
    },
    output: ({ context }) => context.said,
  })

/** A bit of everything that a statechart may have. */
export const busyMachine = setup({
  types: {} as { context: { rounds: number } },
  guards: { isLate: ({ context }) => context.rounds > 1 },
  delays: { patience: 3_600_000 },
}).createMachine({
  id: 'busy',
  initial: 'there',
  context: { rounds: 0 },
  states: {
    there: {
      type: 'parallel',
      entry: assign({ rounds: ({ context }) => context.rounds + 1 }),
      states: {
        goods: {
          initial: 'v1.0',
          states: { 'v1.0': { on: { pack: 'packed' } }, packed: { type: 'final' } },
        },
        truck: {
          initial: 'waiting',
          states: {
            waiting: {
              initial: 'cold',
              states: { cold: { after: { patience: 'warm' } }, warm: {}, last: { type: 'history' } },
              on: { load: 'loaded' },
            },
            loaded: { type: 'final', tags: ['full'] },
          },
        },
      },
      onDone: 'checked',
    },
    checked: {
      always: { guard: 'isLate', target: 'gone' },
      on: { again: 'there' },
    },
    gone: { type: 'final' },
  },
})

/** Its context is nothing that JSON has, and it asks what is no machine. */
export const strangeMachine = (held: Promise<void>) => {
  const context: Record<string, unknown> = {
    big: 12345678901234567890n,
    failure: new Error('outer', { cause: new Error('inner') }),
    tell: function tell() {},
    at: new Map([['a', new Set([1])]]),
  }
  context['self'] = context
  return setup({
    actors: { asking: fromPromise(() => held.then(() => 'an answer')) },
  }).createMachine({
    id: 'strange',
    initial: 'asking',
    context,
    states: {
      asking: { invoke: { src: 'asking', id: 'asking', onDone: 'answered' } },
      answered: { type: 'final' },
    },
  })
}
