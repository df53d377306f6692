import type { AnyStateMachine } from 'xstate'
import { describe, expect, it } from 'vitest'
import {
  agentMachine,
  dagMachine,
  newTaskContext,
  runtimeMachine,
  taskMachine,
} from '../../machines/index.ts'
import { partOf, tableOf } from './readme-tables.ts'
import { plainPolicy } from './stepped-task.ts'
import { expectBooksToHold } from './task-invariants.ts'
import { everyStep } from './task-walk.ts'

const machines = { task: taskMachine, dag: dagMachine, runtime: runtimeMachine, agent: agentMachine } as const
const names = ['task', 'dag', 'runtime', 'agent'] as const
const steps = [...everyStep()]
const taskStates = Object.keys(taskMachine.states)

const statesOf = (machine: AnyStateMachine) => Object.keys(machine.states)

function arrowsOf(machine: AnyStateMachine): string[] {
  const arrows = Object.values(machine.states).flatMap((state) =>
    [...state.transitions.values()]
      .flat()
      .flatMap(({ target = [] }) => target.map((to) => `${state.key} → ${to.key}`)),
  )
  return [...new Set(arrows)]
}

describe('the pictures in machines/README.md', () => {
  it.each(names)('have the arrows of the %s machine, and no others', (name) => {
    const { arrows } = partOf(name)
    expect(arrows.toSorted()).toEqual(arrowsOf(machines[name]).toSorted())
  })

  it.each(names)('begin and end where the %s machine does', (name) => {
    const machine: AnyStateMachine = machines[name]
    const { initial, finals } = partOf(name)
    const final = Object.values(machine.states).filter((state) => state.type === 'final')
    expect(initial).toBe(machine.config.initial)
    expect(finals).toEqual(final.map((state) => state.key))
  })
})

describe('the sentences in machines/README.md', () => {
  it.each(names)('are one for each state of the %s machine', (name) => {
    expect(partOf(name).states).toEqual(statesOf(machines[name]))
  })
})

describe('the table of fields in machines/README.md', () => {
  const table = tableOf('field')

  it('names exactly the fields of the context, in their order', () => {
    const task = { runId: 'run', taskId: 'build', index: 0, policy: plainPolicy }
    expect([...table.keys()]).toEqual(Object.keys(newTaskContext(task)))
  })

  it('names exactly the states, in their order', () => {
    for (const cells of table.values()) expect([...cells.keys()]).toEqual(taskStates)
  })

  it('holds in every state that a task can come into', () => {
    for (const { after } of steps) expectBooksToHold(after.state, after)
  })

  it('says "may be" only where both are', () => {
    const values = new Map<string, Set<unknown>>()
    for (const { after } of steps) {
      for (const [field, value] of Object.entries(after)) {
        const cell = `${field} in ${after.state}`
        const unset =
          value === undefined || value === '' || value === Number.POSITIVE_INFINITY || value === false
        values.set(cell, (values.get(cell) ?? new Set()).add(unset))
      }
    }
    const open = [...table].flatMap(([field, cells]) =>
      [...cells].filter(([, cell]) => cell === 'may be').map(([state]) => `${field} in ${state}`),
    )
    expect(open.filter((cell) => values.get(cell)?.size !== 2)).toEqual(['output in completed'])
  })
})

describe('the table of events in machines/README.md', () => {
  const table = tableOf('event')
  const live = taskStates.filter((state) => taskMachine.root.states[state]?.type !== 'final')

  it('names exactly the events of the task machine, in their order', () => {
    const own = taskMachine.events.filter((type) => !type.startsWith('xstate.'))
    expect([...table.keys()]).toEqual(own)
  })

  it('names exactly the states that are not settled, in their order', () => {
    for (const cells of table.values()) {
      expect([...cells.keys()]).toEqual([...live, 'settled'])
      expect(cells.get('settled')).toBe('nothing')
    }
  })

  it('says what each event does in each state, and leaves out nothing that it can do', () => {
    const seen = new Map<string, Set<string>>()
    for (const { from, event, effect } of steps) {
      const cell = `${event.type} in ${from}`
      seen.set(cell, (seen.get(cell) ?? new Set()).add(effect))
    }
    const effects = (found: Iterable<string>) => [...found].toSorted().join(', ')
    for (const [event, cells] of table) {
      for (const state of live) {
        const words = cells.get(state)!.match(/\w+/g)!
        const said = new Set(words.filter((word) => ['ignored', 'stays'].includes(word)))
        for (const [, target] of cells.get(state)!.matchAll(/→ `(\w+)`/g)) said.add(target!)
        const cell = `${event} in ${state}`
        expect(`${cell}: ${effects(said)}`).toBe(`${cell}: ${effects(seen.get(cell)!)}`)
      }
    }
  })
})
