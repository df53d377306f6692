import type { Links } from '../../../graph/cycle.ts'
import type { Group } from './alike.ts'

/** What is drawn as one box: a task, or a folded group of them. */
export interface Box {
  /** The id of the task, or the key of the group. */
  readonly key: string
  readonly label: string
  /** Indices into the dag; one for a task. */
  readonly tasks: readonly number[]
  readonly group?: Group
}

/** A dag of boxes. */
export interface Boxes {
  readonly boxes: readonly Box[]
  /** The box of each task, by the indices of both. */
  readonly boxOf: Int32Array
  /** The edges between boxes, each once. */
  readonly links: readonly Links[]
}

/** The boxes of a dag in the order of its tasks; those groups are folded whose key is not among the unfolded. */
export function boxesOf(
  ids: readonly string[],
  tasks: readonly Links[],
  groups: readonly Group[],
  isUnfolded: (key: string) => boolean,
): Boxes {
  const groupOf = new Map<number, Group>()
  for (const group of groups) {
    if (!isUnfolded(group.key)) for (const member of group.members) groupOf.set(member, group)
  }
  const boxes: Box[] = []
  const boxOf = new Int32Array(tasks.length)
  for (let task = 0; task < tasks.length; task++) {
    const group = groupOf.get(task)
    if (group !== undefined && group.members[0] !== task) {
      boxOf[task] = boxOf[group.members[0]!]!
      continue
    }
    boxOf[task] = boxes.length
    const id = ids[task]!
    boxes.push(
      group === undefined
        ? { key: id, label: id, tasks: [task] }
        : { key: group.key, label: group.label, tasks: group.members, group },
    )
  }
  const others = (box: Box, side: 'needs' | 'dependents'): number[] => [
    ...new Set(box.tasks.flatMap((task) => tasks[task]![side].map((other) => boxOf[other]!))),
  ]
  const links = boxes.map((box) => ({ needs: others(box, 'needs'), dependents: others(box, 'dependents') }))
  return { boxes, boxOf, links }
}
