import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { machineModel } from '../../../../src/inspector/machine-model.ts'
import { type Chart, chartOf } from '../../../../src/inspector/page/statechart/chart.ts'

function chartFor(config: Parameters<typeof createMachine>[0]): Chart {
  return chartOf(machineModel(createMachine(config)))
}

/** The lines in the box of a state: those that lead somewhere by their goal, and those that do not. */
function linesOf(chart: Chart, id: string): Readonly<Record<string, readonly string[]>> {
  const { exits, inner } = chart.states.get(id)!
  return {
    ...Object.fromEntries(exits.map(({ target, rows }) => [target, rows.map(({ text }) => text)])),
    here: inner.map(({ text }) => text),
  }
}

describe('the box of a state', () => {
  it('lists what leads to the same state together, with its guards', () => {
    const chart = chartFor({
      id: 'm',
      initial: 'a',
      states: {
        a: {
          on: {
            go: [{ guard: 'isReady', target: 'b' }, { guard: 'isForced', target: 'b' }, { target: 'c' }],
            jump: 'b',
          },
        },
        b: {},
        c: {},
      },
    })
    expect(linesOf(chart, 'm.a')).toEqual({
      'm.b': ['go [isReady] [isForced]', 'jump'],
      'm.c': ['go'],
      here: [],
    })
  })

  it('calls delays, what is taken at once, and the ends of actors by what they mean', () => {
    const chart = chartFor({
      id: 'm',
      initial: 'a',
      states: {
        a: { after: { 5000: 'b', patience: 'b' }, always: { guard: 'isLate', target: 'c' } },
        b: { invoke: { id: 'fetch', src: 'fetchIt', onDone: 'c' } },
        c: {},
      },
    })
    expect(linesOf(chart, 'm.a')).toEqual({
      'm.b': ['after 5.0 s', 'after patience'],
      'm.c': ['always [isLate]'],
      here: [],
    })
    expect(linesOf(chart, 'm.b')['m.c']).toEqual(['done.actor.fetch'])
  })

  it('lists as text what changes no state, and what leads into it, around it, or to several states', () => {
    const chart = chartFor({
      id: 'm',
      initial: 'a',
      on: { reset: '.a', count: { actions: 'add' } },
      states: {
        a: {
          initial: 'x',
          on: { again: { target: 'a', reenter: true } },
          states: { x: { on: { up: '#m.a', both: { target: ['#m.p.l.on', '#m.p.r.on'] } } } },
        },
        p: {
          type: 'parallel',
          states: { l: { initial: 'on', states: { on: {} } }, r: { initial: 'on', states: { on: {} } } },
        },
      },
    })
    expect(linesOf(chart, 'm').here).toEqual(['reset → a', 'count'])
    expect(linesOf(chart, 'm.a').here).toEqual(['again → itself'])
    expect(linesOf(chart, 'm.a.x').here).toEqual(['up → a', 'both → on + on'])
  })

  it('has the actions of each transition in its details', () => {
    const chart = chartFor({
      id: 'm',
      initial: 'a',
      states: { a: { on: { go: { guard: 'isReady', target: 'b', actions: ['tell', 'count'] } } }, b: {} },
    })
    expect(chart.states.get('m.a')!.exits[0]!.rows[0]!.details).toBe('go [isReady] → b / tell, count')
  })
})
