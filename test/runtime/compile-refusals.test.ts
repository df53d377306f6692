import { DagmarError } from 'dagmar'
import { compile } from 'dagmar/compile'
import { describe, expect, it } from 'vitest'
import {
  type AnyStateMachine,
  and,
  assign,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  raise,
  spawnChild,
} from 'xstate'

const act = (): void => {}

describe('a machine that is not flat', () => {
  const named = (config: object, options: object = {}): AnyStateMachine =>
    createMachine({ id: 'odd', initial: 'one', ...config } as never, options as never)
  const inOne = (one: object, options: object = {}): AnyStateMachine =>
    named({ states: { one, two: {} } }, options)
  const doing = (action: unknown): AnyStateMachine => inOne({ entry: action })
  const inner = { initial: 'a', states: { a: {} } }

  it.each<[string, AnyStateMachine, where: string, why: string]>([
    ['nested states', inOne(inner), "its state 'one'", 'has states of its own'],
    ['parallel states', inOne({ type: 'parallel', states: { a: {} } }), "its state 'one'", 'is parallel'],
    [
      'a parallel root',
      named({ initial: undefined, type: 'parallel', states: { one: {} } }),
      'its root',
      'is parallel',
    ],
    ['no states', named({ initial: undefined }), 'its root', 'has no states'],
    [
      'history',
      named({ states: { one: {}, past: { type: 'history' } } }),
      "its state 'past'",
      'is a history state',
    ],
    ['invoke', inOne({ invoke: { src: fromPromise(async () => 1) } }), "its state 'one'", 'invokes an actor'],
    [
      'invoke of the root',
      named({ invoke: { src: fromPromise(async () => 1) }, states: { one: {} } }),
      'its root',
      'invokes an actor',
    ],
    ['always', inOne({ always: { target: 'two', guard: () => false } }), "its state 'one'", "('always')"],
    ['after', inOne({ after: { 10: 'two' } }), "its state 'one'", "('after')"],
    ['assign', doing(assign({})), "its state 'one'", 'no plain function but xstate.assign'],
    [
      'assign by name',
      inOne({ on: { go: { actions: 'count' } } }, { actions: { count: assign({}) } }),
      "its state 'one'",
      "has the action 'count'",
    ],
    ['raise', doing(raise({ type: 'go' })), "its state 'one'", 'but xstate.raise'],
    ['emit', doing(emit({ type: 'gone' })), "its state 'one'", 'but xstate.emit'],
    ['enqueueActions', doing(enqueueActions(act)), "its state 'one'", 'but xstate.enqueueActions'],
    ['spawnChild', doing(spawnChild(fromPromise(async () => 1))), "its state 'one'", 'but xstate.spawnChild'],
    [
      'params of an action',
      inOne({ exit: { type: 'act', params: { by: 1 } } }, { actions: { act } }),
      "its state 'one'",
      "gives params to the action 'act'",
    ],
    [
      'params of a guard',
      inOne(
        { on: { go: { guard: { type: 'is', params: 1 }, target: 'two' } } },
        { guards: { is: () => true } },
      ),
      "its state 'one'",
      "gives params to the guard 'is'",
    ],
    [
      'an unknown action',
      doing('dance'),
      "its state 'one'",
      "names the action 'dance', which is not implemented",
    ],
    [
      'an unknown guard',
      inOne({ on: { go: { guard: 'is', target: 'two' } } }),
      "its state 'one'",
      "names the guard 'is', which is not implemented",
    ],
    [
      'a guard of guards',
      inOne({ on: { go: { guard: and([() => true]), target: 'two' } } }),
      "its state 'one'",
      'that is no plain function',
    ],
    ['a wildcard', inOne({ on: { '*': 'two' } }), "its state 'one'", "the wildcard '*'"],
    [
      'a partial wildcard of the root',
      named({ on: { 'door.*': '.one' }, states: { one: {} } }),
      'its root',
      "the wildcard 'door.*'",
    ],
    ['a target that is the root', inOne({ on: { go: '#odd' } }), "its state 'one'", "'go' leads elsewhere"],
  ])('is refused for %s, with the place', (_, machine, where, why) => {
    const refused = thrownBy(() => compile(machine))
    expect(refused.code).toBe('CONFIG_INVALID')
    expect(refused.message).toContain(`The machine 'odd' cannot be compiled: ${where} `)
    expect(refused.message).toContain(why)
    expect(refused.facts).toMatchObject({ machine: 'odd' })
  })

  it('is refused as soon as it is compiled, however late the state would come', () => {
    const machine = named({
      states: { one: { on: { go: 'two' } }, two: { on: { go: 'three' } }, three: inner },
    })
    expect(thrownBy(() => compile(machine)).facts['state']).toBe('three')
  })
})

function thrownBy(doing: () => unknown): DagmarError {
  try {
    doing()
  } catch (error) {
    if (error instanceof DagmarError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
