import type { ActorName } from '../../protocol.ts'
import { addTo } from '../state/grouped.ts'
import type { ActorEntry } from '../state/log-model.ts'

/** An actor in the list of those to choose from. */
export interface ListedActor {
  readonly actor: ActorName
  /** How deep it stands in the tree of parents. */
  readonly depth: number
  readonly words: string
}

/**
 * The actors of a run as a tree: the runtime, in it the dag and its tasks, and the user's own actors where their parents
 * are. Of the tasks, those in `tasks` are there, and those that have actors of the user.
 */
export function actorTree(
  actors: ReadonlyMap<ActorName, ActorEntry>,
  tasks: readonly string[],
): readonly ListedActor[] {
  const children = new Map<ActorName, ActorName[]>()
  const parents = new Map<ActorName, ActorName>()
  const add = (actor: ActorName, parent: ActorName): void => {
    if (actor === parent || parents.has(actor) || actor === 'runtime') return
    parents.set(actor, parent)
    addTo(children, parent, actor)
  }
  add('dag', 'runtime')
  for (const id of tasks) add(`task/${id}`, 'dag')
  const own = [...actors.values()].filter(({ actor }) => actor.startsWith('actor/'))
  for (const { actor, parent = 'runtime' } of own) {
    if (parent.startsWith('task/')) add(parent, 'dag')
    add(actor, parent)
  }
  const listed: ListedActor[] = []
  const seen = new Set<ActorName>()
  const list = (actor: ActorName, depth: number): void => {
    if (seen.has(actor)) return
    seen.add(actor)
    listed.push({ actor, depth, words: wordsOf(actor, actors.get(actor)) })
    for (const child of children.get(actor) ?? []) list(child, depth + 1)
  }
  list('runtime', 0)
  // Parents that nobody has told of.
  for (const { actor } of own) list(actor, 0)
  return listed
}

/** What an actor is called for people. */
export function wordsOf(actor: ActorName, entry: ActorEntry | undefined): string {
  if (!actor.startsWith('actor/')) return actor
  if (entry === undefined) return actor
  const kind = entry.machine ?? entry.logic
  return entry.id === kind ? entry.id : `${entry.id} · ${kind}`
}
