import { machineModel, type StateModel } from 'dagmar/inspector'
import { dagMachine, runtimeMachine, taskMachine } from 'dagmar/machines'
import { describe, expect, it } from 'vitest'
import { and, assign, createMachine, fromPromise, not, or, raise, stateIn } from 'xstate'

const stateOf = (model: StateModel, ...keys: readonly string[]): StateModel =>
  keys.reduce((state, key) => state.states.find((one) => one.key === key)!, model)

describe('a machine as it is drawn', () => {
  it('has nested, parallel, final and history states, and where each begins', () => {
    const model = machineModel(
      createMachine({
        id: 'm',
        initial: 'b',
        states: {
          a: { type: 'final' },
          b: {
            initial: 'inner',
            description: 'has two levels',
            tags: ['busy'],
            states: {
              inner: { initial: 'low', states: { low: {}, past: { type: 'history', history: 'deep' } } },
            },
          },
          c: { type: 'parallel', states: { left: { initial: 'x', states: { x: {} } }, right: {} } },
        },
      }),
    )
    expect(model).toMatchObject({ id: 'm', key: 'm', type: 'compound', initial: 'm.b' })
    expect(model.states.map(({ id, type }) => [id, type])).toEqual([
      ['m.a', 'final'],
      ['m.b', 'compound'],
      ['m.c', 'parallel'],
    ])
    expect(stateOf(model, 'b')).toMatchObject({
      initial: 'm.b.inner',
      description: 'has two levels',
      tags: ['busy'],
    })
    expect(stateOf(model, 'b', 'inner').states.map(({ type }) => type)).toEqual(['atomic', 'history'])
    expect(stateOf(model, 'c').initial).toBeUndefined()
  })

  it('has what its definition leaves out: always, and guards and actions that are functions', () => {
    function isLate() {
      return true
    }
    function ring() {}
    const model = machineModel(
      createMachine({
        id: 'm',
        initial: 'a',
        context: { n: 0 },
        states: {
          a: {
            entry: ['enter', ring, () => {}, assign({ n: 1 }), { type: 'typed', params: { x: 1 } }],
            exit: raise({ type: 'gone' }),
            always: [
              { guard: isLate, target: 'b' },
              { guard: () => false, target: '#m.c' },
            ],
            on: {
              go: [
                { guard: 'isReady', target: 'b', actions: 'note' },
                { guard: { type: 'typedGuard', params: 1 }, actions: ring },
                { guard: and(['one', or([not('two'), isLate])]) },
                { guard: stateIn('b'), target: 'a', reenter: true },
              ],
              '*': { actions: 'any' },
            },
          },
          b: { on: { both: { target: ['a'] } } },
          c: {},
        },
      } as never),
    )
    const { transitions, entry, exit } = stateOf(model, 'a')
    expect(entry).toEqual(['enter', 'ring', 'inline', 'assign', 'typed'])
    expect(exit).toEqual(['raise'])
    expect(transitions).toEqual([
      { event: '', targets: ['m.b'], guard: 'isLate' },
      { event: '', targets: ['m.c'], guard: 'inline' },
      { event: 'go', targets: ['m.b'], guard: 'isReady', actions: ['note'] },
      { event: 'go', targets: [], guard: 'typedGuard', actions: ['ring'] },
      { event: 'go', targets: [], guard: 'one and (not two or isLate)' },
      { event: 'go', targets: ['m.a'], guard: 'in b', reenter: true },
      { event: '*', targets: [], actions: ['any'] },
    ])
  })

  it('has delays by their length or name, without what XState does to wait for them', () => {
    const model = machineModel(
      createMachine({
        id: 'm',
        initial: 'a',
        states: {
          a: { entry: 'own', after: { 1_000: 'b', patience: { target: 'b', guard: 'isTired' } } },
          b: {},
        },
      }),
    )
    expect(stateOf(model, 'a')).toMatchObject({
      entry: ['own'],
      transitions: [
        { event: 'xstate.after.1000.m.a', after: '1000', targets: ['m.b'] },
        { event: 'xstate.after.patience.m.a', after: 'patience', guard: 'isTired', targets: ['m.b'] },
      ],
    })
    expect(stateOf(model, 'a').exit).toBeUndefined()
  })

  it('has the actors that a state invokes, by their names where they have any', () => {
    const machine = createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          invoke: [
            { src: 'load', onDone: 'b' },
            { src: fromPromise(async () => 2), id: 'second' },
            { src: fromPromise(async () => 3) },
          ],
        },
        b: {},
      },
    })
    const { invoke, transitions } = stateOf(machineModel(machine), 'a')
    expect(invoke).toEqual(['load', 'second', 'inline'])
    expect(transitions).toEqual([{ event: 'xstate.done.actor.0.m.a', targets: ['m.b'] }])
  })

  it('is plain data for the machines of dagmar, with all states that they have', () => {
    for (const machine of [runtimeMachine, dagMachine, taskMachine]) {
      const model = machineModel(machine)
      expect(JSON.parse(JSON.stringify(model))).toEqual(model)
      expect(model.states.map(({ key }) => key)).toEqual(Object.keys(machine.states))
      const ids = new Set(model.states.map(({ id }) => id))
      const targets = model.states.flatMap(({ transitions }) => transitions.flatMap((one) => one.targets))
      expect(targets.length).toBeGreaterThan(2)
      expect(targets.filter((target) => !ids.has(target))).toEqual([])
    }
  })

  it('has no text that is longer than is ever drawn', () => {
    const long = 'x'.repeat(10_000)
    const model = machineModel(
      createMachine({ id: long, initial: 'a', states: { a: { on: { [long]: {} } } } } as never),
    )
    expect(JSON.stringify(model).length).toBeLessThan(2_000)
  })
})
