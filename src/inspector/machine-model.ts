import type { AnyStateMachine, AnyStateNode } from 'xstate'
import type { StateModel, TransitionModel } from './protocol.ts'

type AnyTransition = AnyStateNode['on'][string][number]

const longest = 200
/** XState's own actions that start and end the timers of `after`, which is drawn as it is. */
const timer = 'xstate.after.'

/**
 * A machine as it is drawn. `machine.definition` would leave out `always`, and guards and actions that are functions:
 * these are called by their names here, or `inline`.
 */
export function machineModel(machine: AnyStateMachine): StateModel {
  return stateModel(machine.root)
}

function stateModel(node: AnyStateNode): StateModel {
  const delays = new Map(node.after.map((one) => [one.eventType as string, String(one.delay)]))
  const told = [...node.transitions.values()].flat().map((one) => transitionModel(one, delays))
  const always = (node.always ?? []).map((one) => transitionModel(one, delays))
  const initial = node.type === 'compound' ? node.initial.target?.[0]?.id : undefined
  return {
    id: text(node.id),
    key: text(node.key),
    type: node.type,
    ...(initial === undefined ? {} : { initial: text(initial) }),
    ...(node.description === undefined ? {} : { description: text(node.description) }),
    ...listed('tags', node.tags.map(text)),
    ...listed('entry', actionsOf(node.entry)),
    ...listed('exit', actionsOf(node.exit)),
    ...listed('invoke', node.invoke.map(invokedName)),
    transitions: [...always, ...told],
    states: Object.values(node.states).map(stateModel),
  }
}

/** XState names logic that stands in the place of a name after that place; a person may have given the actor an id. */
function invokedName({ src, id }: { readonly src: unknown; readonly id: string }): string {
  if (typeof src === 'string' && !src.startsWith('xstate.invoke.')) return text(src)
  return /^\d+\./.test(id) ? 'inline' : text(id)
}

function transitionModel(
  { eventType, target, guard, actions, reenter }: AnyTransition,
  delays: ReadonlyMap<string, string>,
): TransitionModel {
  const after = delays.get(eventType)
  return {
    event: text(eventType),
    ...(after === undefined ? {} : { after: text(after) }),
    targets: (target ?? []).map(({ id }) => text(id)),
    ...(guard === undefined ? {} : { guard: text(guardName(guard)) }),
    ...listed('actions', actionsOf(actions)),
    ...(reenter ? { reenter: true } : {}),
  }
}

function guardName(guard: unknown): string {
  if (typeof guard !== 'function') return typeOf(guard)
  const { guards, stateValue } = guard as {
    readonly guards?: readonly unknown[]
    readonly stateValue?: unknown
  }
  if (stateValue !== undefined)
    return `in ${typeof stateValue === 'string' ? stateValue : JSON.stringify(stateValue)}`
  if (!Array.isArray(guards)) return nameOf(guard)
  const parts = guards.map((part) => (isCombined(part) ? `(${guardName(part)})` : guardName(part)))
  return guard.name === 'not' ? `not ${parts[0]}` : parts.join(` ${guard.name} `)
}

function isCombined(guard: unknown): boolean {
  return typeof guard === 'function' && 'guards' in guard && guard.name !== 'not'
}

function actionsOf(actions: readonly unknown[]): string[] {
  return actions.filter((action) => !isOfTimer(action)).map((action) => text(actionName(action)))
}

function actionName(action: unknown): string {
  if (typeof action !== 'function') return typeOf(action)
  const { type } = action as { readonly type?: unknown }
  return typeof type === 'string' ? type.replace(/^xstate\./, '') : nameOf(action)
}

function isOfTimer(action: unknown): boolean {
  if (typeof action !== 'function') return false
  const { type, id, sendId } = action as Partial<Record<'type' | 'id' | 'sendId', unknown>>
  const named = type === 'xstate.raise' ? id : type === 'xstate.cancel' ? sendId : undefined
  return typeof named === 'string' && named.startsWith(timer)
}

/** Of a guard or an action: its name, or an object with it. */
function typeOf(named: unknown): string {
  if (typeof named === 'string') return named
  const { type } = (named ?? {}) as { readonly type?: unknown }
  return typeof type === 'string' ? type : 'inline'
}

/** A function written in the place of a property is called by that one, which says nothing. */
function nameOf({ name }: { readonly name: string }): string {
  return ['', 'guard', 'actions', 'entry', 'exit', 'anonymous'].includes(name) ? 'inline' : name
}

function listed<Name extends string>(
  name: Name,
  texts: readonly string[],
): { readonly [N in Name]?: readonly string[] } {
  return (texts.length === 0 ? {} : { [name]: texts }) as { readonly [N in Name]?: readonly string[] }
}

function text(given: string): string {
  return given.length > longest ? `${given.slice(0, longest)}…` : given
}
