import type { AnyStateMachine, EventObject } from 'xstate'
import { DagmarError } from '../../errors/dagmar-error.ts'

type Node = AnyStateMachine['root']
type Transition = NonNullable<ReturnType<Node['transitions']['get']>>[number]

/** What actions are called with. */
export interface ActionArgs {
  readonly context: unknown
  readonly event: EventObject
  readonly self: unknown
  readonly system: unknown
}

export type PlainAction = (args: ActionArgs, params: undefined) => void
export type PlainGuard = (args: { readonly context: unknown; readonly event: EventObject }) => unknown

/** One candidate for an event. The first whose guard holds is taken. */
export interface Branch {
  readonly guard: PlainGuard | undefined
  /** Everything that is carried out, in order: exit, transition, entry. */
  readonly actions: readonly PlainAction[]
  /** The state that it leads to. Undefined where the snapshot stays the same, even if the state is entered again. */
  readonly target: FlatState | undefined
}

/** A state of a flat machine, with all that its snapshots have in common. */
export interface FlatState {
  readonly key: string
  readonly node: Node
  /** The type of the event by which XState says that the state is reached, where it is final. */
  readonly doneType: string
  readonly isFinal: boolean
  readonly nodes: readonly Node[]
  readonly tags: ReadonlySet<string>
  /** The candidates by event type: the state's own, then those of the root. */
  readonly branches: Map<string, readonly Branch[]>
  /** Carried out when the machine is done, after the entry actions and the output. */
  readonly lastActions: readonly PlainAction[]
}

export interface FlatTable {
  readonly states: ReadonlyMap<string, FlatState>
  readonly first: FlatState
  readonly firstActions: readonly PlainAction[]
}

/** Derives the table of a flat machine. Throws `CONFIG_INVALID` for what it cannot express. */
export function flatTable(machine: AnyStateMachine): FlatTable {
  const root: Node = machine.root
  refuseUnlessFlat(machine, root)
  const children = Object.values<Node>(root.states)
  for (const node of children) refuseUnlessFlat(machine, node)
  const nodes = new Map([root, ...children].map((node) => [node, actionsOf(machine, node)]))
  const states = new Map(children.map((node) => [node.key, stateOf(root, node, nodes)]))
  for (const node of children) {
    const { branches } = states.get(node.key)!
    for (const source of [node, root]) {
      for (const [type, transitions] of source.transitions) {
        refuseWildcard(machine, source, type)
        const own = transitions.map((one) => branchOf({ machine, root, node, source, one, states, nodes }))
        if (!isLeftToXState(type)) branches.set(type, [...(branches.get(type) ?? []), ...own])
      }
    }
  }
  const [start] = root.initial.target
  return {
    states,
    first: states.get(start!.key)!,
    firstActions: [
      ...nodes.get(root)!.entry,
      ...plainActions(machine, root, root.initial.actions),
      ...nodes.get(start!)!.entry,
    ],
  }
}

interface NodeActions {
  readonly entry: readonly PlainAction[]
  readonly exit: readonly PlainAction[]
}

function actionsOf(machine: AnyStateMachine, node: Node): NodeActions {
  return { entry: plainActions(machine, node, node.entry), exit: plainActions(machine, node, node.exit) }
}

function stateOf(root: Node, node: Node, actions: ReadonlyMap<Node, NodeActions>): FlatState {
  const isFinal = node.type === 'final'
  // XState's order: the outermost first, but last when the machine is done.
  const nodes = isFinal ? [node, root] : [root, node]
  return {
    key: node.key,
    node,
    doneType: `xstate.done.state.${node.id}`,
    isFinal,
    nodes,
    tags: new Set(nodes.flatMap(({ tags }) => tags)),
    branches: new Map(),
    lastActions: isFinal ? [...actions.get(node)!.exit, ...actions.get(root)!.exit] : [],
  }
}

interface Place {
  readonly machine: AnyStateMachine
  readonly root: Node
  /** The state it is taken in. */
  readonly node: Node
  /** The node that the transition belongs to: the state, or the root. */
  readonly source: Node
  readonly one: Transition
  readonly states: ReadonlyMap<string, FlatState>
  readonly nodes: ReadonlyMap<Node, NodeActions>
}

function branchOf({ machine, root, node, source, one, states, nodes }: Place): Branch {
  const guard = plainGuard(machine, source, one.guard)
  const actions = plainActions(machine, source, one.actions)
  const [target, ...others] = one.target ?? []
  if (target === undefined) return { guard, actions, target: undefined }
  if (others.length > 0 || target.parent !== root) {
    throw refused(machine, source, `'${one.eventType}' leads elsewhere than to one of the machine's states`)
  }
  // A state's transition to itself does not leave it unless it says so. The root's transitions leave and enter whatever
  // state there is.
  if (target === node && source === node && !one.reenter) return { guard, actions, target: undefined }
  const isRootAgain = source === root && one.reenter
  return {
    guard,
    actions: [
      ...nodes.get(node)!.exit,
      ...(isRootAgain ? nodes.get(root)!.exit : []),
      ...actions,
      ...(isRootAgain ? nodes.get(root)!.entry : []),
      ...nodes.get(target)!.entry,
    ],
    target: target === node ? undefined : states.get(target.key),
  }
}

/** To XState, init and stop are no transitions, and an error event that nothing handles ends the machine. */
function isLeftToXState(type: string): boolean {
  return type === 'xstate.init' || type === 'xstate.stop' || type.startsWith('xstate.error.actor')
}

function refuseUnlessFlat(machine: AnyStateMachine, node: Node): void {
  const isRoot = node === machine.root
  if (node.type === 'parallel') throw refused(machine, node, 'is parallel')
  if (node.type === 'history') throw refused(machine, node, 'is a history state')
  if (isRoot && node.type !== 'compound') throw refused(machine, node, 'has no states')
  if (!isRoot && node.type === 'compound') throw refused(machine, node, 'has states of its own')
  if (node.invoke.length > 0) throw refused(machine, node, 'invokes an actor')
  if (node.after.length > 0) throw refused(machine, node, "has transitions after a delay ('after')")
  if (node.always !== undefined) throw refused(machine, node, "has transitions without an event ('always')")
}

function refuseWildcard(machine: AnyStateMachine, node: Node, type: string): void {
  if (type === '*' || type.endsWith('.*')) {
    throw refused(machine, node, `takes events by the wildcard '${type}'`)
  }
}

function plainActions(machine: AnyStateMachine, node: Node, actions: readonly unknown[]): PlainAction[] {
  return actions.map((action) => plainAction(machine, node, action))
}

function plainAction(machine: AnyStateMachine, node: Node, action: unknown): PlainAction {
  const [name, found] = implemented(action, machine.implementations.actions)
  if (hasParams(action)) throw refused(machine, node, `gives params to the action '${name}'`)
  if (typeof found !== 'function')
    throw refused(machine, node, `names the action '${name}', which is not implemented`)
  if ('resolve' in found) {
    const kind = 'type' in found ? String(found.type) : 'an action of XState'
    throw refused(machine, node, `has the action '${name}' that is no plain function but ${kind}`)
  }
  return found as PlainAction
}

function plainGuard(machine: AnyStateMachine, node: Node, guard: unknown): PlainGuard | undefined {
  if (guard === undefined || guard === '') return undefined
  const [name, found] = implemented(guard, machine.implementations.guards)
  if (hasParams(guard)) throw refused(machine, node, `gives params to the guard '${name}'`)
  if (found === undefined) throw refused(machine, node, `names the guard '${name}', which is not implemented`)
  if (typeof found !== 'function' || 'check' in found) {
    throw refused(machine, node, `has the guard '${name}' that is no plain function`)
  }
  return found as PlainGuard
}

/** The name of an action or guard, and its implementation. */
function implemented(given: unknown, by: Readonly<Record<string, unknown>>): [name: string, found: unknown] {
  if (typeof given === 'function') return [given.name, given]
  const name = typeof given === 'string' ? given : (given as { readonly type: string }).type
  return [name, by[name]]
}

function hasParams(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'params' in given
}

function refused(machine: AnyStateMachine, node: Node, why: string): DagmarError {
  const isRoot = node === machine.root
  const where = isRoot ? 'its root' : `its state '${node.key}'`
  return new DagmarError('CONFIG_INVALID', {
    message: `The machine '${machine.id}' cannot be compiled: ${where} ${why}.`,
    hint: 'Make it flat, with plain functions as actions and guards; or use it as it is, interpreted by XState.',
    facts: { machine: machine.id, ...(isRoot ? {} : { state: node.key }), why },
  })
}
