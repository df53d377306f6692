import type { AnyStateMachine, EventObject } from 'xstate'

export type Node = AnyStateMachine['root']
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

/** Derives the table of a machine of which `refuseUnlessFlat` has nothing to say. */
export function flatTable(machine: AnyStateMachine): FlatTable {
  const root: Node = machine.root
  const children = Object.values<Node>(root.states)
  const nodes = new Map([root, ...children].map((node) => [node, actionsOf(machine, node)]))
  const states = new Map(children.map((node) => [node.key, stateOf(root, node, nodes)]))
  for (const node of children) {
    const { branches } = states.get(node.key)!
    for (const source of [node, root]) {
      for (const [type, transitions] of source.transitions) {
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
      ...plainActions(machine, root.initial.actions),
      ...nodes.get(start!)!.entry,
    ],
  }
}

interface NodeActions {
  readonly entry: readonly PlainAction[]
  readonly exit: readonly PlainAction[]
}

function actionsOf(machine: AnyStateMachine, node: Node): NodeActions {
  return { entry: plainActions(machine, node.entry), exit: plainActions(machine, node.exit) }
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
  const guard = implemented(one.guard, machine.implementations.guards) as PlainGuard | undefined
  const actions = plainActions(machine, one.actions)
  const [target] = one.target ?? []
  if (target === undefined) return { guard, actions, target: undefined }
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

function plainActions({ implementations }: AnyStateMachine, actions: readonly unknown[]): PlainAction[] {
  return actions.map((action) => implemented(action, implementations.actions) as PlainAction)
}

/** The implementation of an action or guard. */
export function implemented(given: unknown, by: Readonly<Record<string, unknown>>): unknown {
  if (typeof given === 'function') return given
  const name = nameOf(given)
  return name === undefined ? undefined : by[name]
}

/** The name of an action or guard that stands elsewhere. */
export function nameOf(given: unknown): string | undefined {
  return typeof given === 'string' ? given : (given as { readonly type?: string } | undefined)?.type
}
