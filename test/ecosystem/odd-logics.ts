import { createMachine, fromCallback, fromObservable, fromPromise, fromTransition, setup } from 'xstate'
import { NEVER } from 'rxjs'

/** Logics at the edges of what XState 5 takes, by what is odd about them. None of them ends by itself. */
export const oddLogics = {
  'no states': createMachine({ context: { a: 1 }, on: { go: {} } }),
  'states named like members of objects': createMachine({
    id: 'constructor',
    initial: 'toString',
    states: { toString: { on: { go: 'valueOf', __proto__: 'valueOf' } }, valueOf: {}, hasOwnProperty: {} },
  }),
  'an id with dots, spaces and a number sign': createMachine({
    id: 'a.b #c',
    initial: 'x y',
    states: { 'x y': { on: { go: '#odd id' } }, z: { id: 'odd id', initial: 'in', states: { in: {} } } },
  }),
  'a beginning deep within': createMachine({
    id: 'deep',
    initial: 'a',
    states: {
      a: { initial: 'b', states: { b: { initial: 'c', states: { c: { on: { go: '#deep.d.e.g' } } } } } },
      d: { initial: 'e', states: { e: { initial: 'f', states: { f: {}, g: {} } } } },
    },
  }),
  'parallel from the root on, with more targets than one': createMachine({
    id: 'both',
    type: 'parallel',
    states: {
      left: { initial: 'off', states: { off: {}, on: {} } },
      right: { initial: 'off', states: { off: {}, on: {} } },
    },
    on: { go: ['.left.on', '.right.on'].map((target) => ({ target })) },
  }),
  'wildcards, and the same delay twice': createMachine({
    id: 'wild',
    initial: 'one',
    states: {
      one: { on: { 'go.*': 'two', go: 'two', '*': {} }, after: { 3600000: 'two' } },
      two: { after: { 3600000: [{ guard: () => false, target: 'one' }, { actions: () => {} }] } },
    },
  }),
  'history, shallow and deep': createMachine({
    id: 'past',
    initial: 'in',
    states: {
      in: {
        initial: 'a',
        states: {
          a: {},
          b: { initial: 'c', states: { c: {} } },
          shallow: { type: 'history' },
          deep: { type: 'history', history: 'deep', target: 'b' },
        },
        on: { go: '.deep' },
      },
    },
  }),
  'children of every kind': setup({
    actors: {
      promise: fromPromise(() => new Promise(() => {})),
      failing: fromPromise(() => Promise.reject(new Error('no'))),
      callback: fromCallback(() => {}),
      observable: fromObservable(() => NEVER),
      transition: fromTransition((count: number) => count + 1, 0),
    },
  }).createMachine({
    id: 'many',
    invoke: [
      { src: 'promise' },
      { src: 'failing', id: 'failing', onError: { actions: () => {} } },
      { src: 'callback' },
      { src: 'observable' },
      { src: 'transition', id: 'transition' },
    ],
    on: { go: {} },
  }),
  'a promise': fromPromise(() => new Promise(() => {})),
  'a function of transitions': fromTransition((count: number) => count + 1, 0),
}
