import type { StateModel, TransitionModel } from '../../../src/inspector/protocol.ts'
import { toV4Type } from './v4-event.ts'

/** A transition as the config of a machine of XState 4 has it. */
interface V4Transition {
  readonly target?: readonly string[]
  readonly cond?: string
  readonly actions?: readonly string[]
  readonly internal?: false
}

/** A state as the config of a machine of XState 4 has it. What is known of it is text. */
export interface V4Node {
  readonly id: string
  readonly key: string
  readonly type: StateModel['type']
  readonly initial?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly entry?: readonly string[]
  readonly exit?: readonly string[]
  readonly invoke?: readonly { readonly id: string; readonly src: string }[]
  readonly always?: readonly V4Transition[]
  readonly after?: Readonly<Record<string, readonly V4Transition[]>>
  readonly on: Readonly<Record<string, readonly V4Transition[]>>
  readonly states: Readonly<Record<string, V4Node>>
}

/** Without it XState 4 warns of how it would carry out actions, which nobody does here. */
export interface V4Machine extends V4Node {
  readonly predictableActionArguments: true
}

export function v4Machine(root: StateModel): V4Machine {
  return { ...v4Node(root), predictableActionArguments: true }
}

/** A machine of what is none: a promise, a callback and the like. It shows how far the actor is. */
export function plainChart(id: string): V4Machine {
  const state = (key: string, ends: boolean, on: V4Node['on'] = {}): V4Node => ({
    id: `${id}.${key}`,
    key,
    type: ends ? 'final' : 'atomic',
    on,
    states: {},
  })
  const to = (key: string): readonly V4Transition[] => [{ target: [`#${id}.${key}`] }]
  const active = state('active', false, { done: to('done'), error: to('error'), stop: to('stopped') })
  return {
    id,
    key: id,
    type: 'compound',
    initial: 'active',
    on: {},
    states: {
      active,
      done: state('done', true),
      error: state('error', true),
      stopped: state('stopped', true),
    },
    predictableActionArguments: true,
  }
}

/** XState 4 takes a dot in a key for the way to a state within. */
export function v4Key(key: string): string {
  return key.replaceAll('.', '·')
}

function v4Node(model: StateModel): V4Node {
  const { id, type, initial, description, tags, entry, exit, invoke, transitions, states } = model
  const immediate = transitions.filter(({ event, after }) => event === '' && after === undefined)
  const delayed = transitions.filter(({ after }) => after !== undefined)
  const others = transitions.filter(({ event, after }) => event !== '' && after === undefined)
  return {
    id,
    key: v4Key(model.key),
    type,
    ...(initial === undefined ? {} : { initial: initialKey(model, initial) }),
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
    ...(entry === undefined ? {} : { entry }),
    ...(exit === undefined ? {} : { exit }),
    ...(invoke === undefined ? {} : { invoke: invoke.map((src) => ({ id: src, src })) }),
    ...(immediate.length === 0 ? {} : { always: immediate.map(v4Transition) }),
    ...(delayed.length === 0 ? {} : { after: grouped(delayed, ({ after }) => after!) }),
    on: grouped(others, ({ event }) => toV4Type(event)),
    states: Object.fromEntries(states.map((state) => [v4Key(state.key), v4Node(state)])),
  }
}

function grouped(
  transitions: readonly TransitionModel[],
  keyOf: (transition: TransitionModel) => string,
): Record<string, V4Transition[]> {
  const groups = new Map<string, V4Transition[]>()
  for (const transition of transitions) {
    const key = keyOf(transition)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [v4Transition(transition)])
    else group.push(v4Transition(transition))
  }
  return Object.fromEntries(groups)
}

function v4Transition({ targets, guard, actions, reenter }: TransitionModel): V4Transition {
  return {
    ...(targets.length === 0 ? {} : { target: targets.map((id) => `#${id}`) }),
    ...(guard === undefined ? {} : { cond: guard }),
    ...(actions === undefined ? {} : { actions }),
    ...(reenter === undefined ? {} : { internal: false }),
  }
}

/** XState 4 wants the key of a child, and 5 may begin deeper. */
function initialKey({ states }: StateModel, initial: string): string {
  const child = states.find((state) => contains(state, initial)) ?? states[0]
  return child === undefined ? '' : v4Key(child.key)
}

function contains(state: StateModel, id: string): boolean {
  return state.id === id || state.states.some((child) => contains(child, id))
}
