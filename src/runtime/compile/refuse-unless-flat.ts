import type { AnyStateMachine } from 'xstate'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { implemented, nameOf, type Node } from './flat-table.ts'

/** Throws `CONFIG_INVALID` for what a table cannot express. */
export function refuseUnlessFlat(machine: AnyStateMachine): void {
  const { root } = machine
  const nodes = [root, ...Object.values<Node>(root.states)]
  for (const node of nodes) refuseNode(machine, node)
  for (const node of nodes) {
    for (const action of [...node.entry, ...node.exit]) refuseAction(machine, node, action)
    for (const [type, transitions] of node.transitions) {
      if (type === '*' || type.endsWith('.*')) {
        throw refused(machine, node, `takes events by the wildcard '${type}'`)
      }
      for (const { guard, actions, target = [] } of transitions) {
        refuseGuard(machine, node, guard)
        for (const action of actions) refuseAction(machine, node, action)
        if (target.length > 1 || target.some(({ parent }) => parent !== root)) {
          throw refused(machine, node, `'${type}' leads elsewhere than to one of the machine's states`)
        }
      }
    }
  }
  for (const action of root.initial.actions) refuseAction(machine, root, action)
}

function refuseNode(machine: AnyStateMachine, node: Node): void {
  const isRoot = node === machine.root
  if (node.type === 'parallel') throw refused(machine, node, 'is parallel')
  if (node.type === 'history') throw refused(machine, node, 'is a history state')
  if (isRoot && node.type !== 'compound') throw refused(machine, node, 'has no states')
  if (!isRoot && node.type === 'compound') throw refused(machine, node, 'has states of its own')
  if (node.invoke.length > 0) throw refused(machine, node, 'invokes an actor')
  if (node.after.length > 0) throw refused(machine, node, "has transitions after a delay ('after')")
  if (node.always !== undefined) throw refused(machine, node, "has transitions without an event ('always')")
}

function refuseAction(machine: AnyStateMachine, node: Node, action: unknown): void {
  const name = shownName(action)
  const found = implemented(action, machine.implementations.actions)
  if (hasParams(action)) throw refused(machine, node, `gives params to the action '${name}'`)
  if (typeof found !== 'function')
    throw refused(machine, node, `names the action '${name}', which is not implemented`)
  if ('resolve' in found) {
    const kind = 'type' in found ? String(found.type) : 'an action of XState'
    throw refused(machine, node, `has the action '${name}' that is no plain function but ${kind}`)
  }
}

function refuseGuard(machine: AnyStateMachine, node: Node, guard: unknown): void {
  if (guard === undefined || guard === '') return
  const name = shownName(guard)
  const found = implemented(guard, machine.implementations.guards)
  if (hasParams(guard)) throw refused(machine, node, `gives params to the guard '${name}'`)
  if (found === undefined) throw refused(machine, node, `names the guard '${name}', which is not implemented`)
  if (typeof found !== 'function' || 'check' in found) {
    throw refused(machine, node, `has the guard '${name}' that is no plain function`)
  }
}

function shownName(given: unknown): string {
  return (typeof given === 'function' ? given.name : nameOf(given)) ?? ''
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
