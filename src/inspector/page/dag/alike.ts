import { type Links, topologicalOrder } from '../../../graph/cycle.ts'
import { addTo } from '../state/grouped.ts'
import { labelOf, stemOf } from './alike-names.ts'

/** Tasks that are drawn as one box until somebody unfolds it. */
export interface Group {
  /** The id of its first task: stable from one moment of a run to the next. */
  readonly key: string
  readonly label: string
  /** Indices into the dag, ascending; more than the most that are drawn one by one. */
  readonly members: readonly number[]
}

/** The most tasks of a kind that are drawn one by one, in a dag of up to `manyTasks`, and in a larger one. */
export const mostAlike = 12
const mostAlikeOfMany = 4
const manyTasks = 1_000

/**
 * The tasks of a dag that look the same from where they stand: of one name but for its numbers (as those of a matrix
 * are), with needs and dependents that look the same in turn; or of any name, with the very same needs and dependents.
 * Those of a group hang together with the same boxes. Each task is in one group at most, and all tasks of a group are at
 * the same depth, so that folding never makes a circle.
 */
export function groupsOf(ids: readonly string[], tasks: readonly Links[]): Group[] {
  const most = tasks.length > manyTasks ? mostAlikeOfMany : mostAlike
  if (tasks.length <= most) return []
  const depths = depthsOf(tasks)
  let kinds = gathered(looksOf(ids.map(stemOf), depths, tasks), undefined, most)
  const sameLinks = tasks.map(({ needs, dependents }, task) =>
    kinds[task] === undefined ? `${spelled(needs)} ${spelled(dependents)}` : undefined,
  )
  for (const [task, kind] of gathered(sameLinks, undefined, most).entries()) kinds[task] ??= kind
  for (let round = 0; round < rounds; round++) {
    const boxes = kinds.map((kind, task) => kind ?? task)
    const linked = tasks.map(({ needs, dependents }, task) =>
      kinds[task] === undefined ? undefined : sumOf(needs, boxes) + 31 * sumOf(dependents, boxes),
    )
    const next = gathered(linked, kinds, most)
    const isSettled = next.every((kind, task) => kind === kinds[task])
    kinds = next
    if (isSettled) break
  }
  const members = new Map<number, number[]>()
  for (const [task, kind] of kinds.entries()) {
    if (kind !== undefined) addTo(members, kind, task)
  }
  return [...members].map(([first, all]) => ({
    key: ids[first]!,
    label: labelOf(all.map((task) => ids[task]!)),
    members: all,
  }))
}

/** How far similarity is looked at: it tells any two tasks apart that people would. */
const rounds = 6

/** For each task the first one with its key, of the same kind before; undefined where there are not more than `most`. */
function gathered(
  keys: ArrayLike<number | string | undefined>,
  kinds: readonly (number | undefined)[] | undefined,
  most: number,
): (number | undefined)[] {
  const byKey = new Map<string, number[]>()
  for (let task = 0; task < keys.length; task++) {
    if (keys[task] === undefined) continue
    addTo(byKey, `${kinds?.[task] ?? ''} ${keys[task]}`, task)
  }
  const first: (number | undefined)[] = Array.from(keys, () => undefined)
  for (const members of byKey.values()) {
    if (members.length > most) for (const member of members) first[member] = members[0]
  }
  return first
}

/** A number for a set of boxes, whatever their order. */
function sumOf(tasks: readonly number[], boxes: readonly number[]): number {
  let sum = 0
  for (const box of new Set(tasks.map((task) => boxes[task]!))) sum = (sum + mixed(box + 1)) | 0
  return sum
}

function spelled(numbers: readonly number[]): string {
  return numbers.toSorted((a, b) => a - b).join()
}

/** How many tasks are in the longest chain that leads to each task. */
export function depthsOf(tasks: readonly Links[]): Int32Array {
  const depths = new Int32Array(tasks.length)
  for (const task of topologicalOrder(tasks)) {
    for (const dependent of tasks[task]!.dependents) {
      depths[dependent] = Math.max(depths[dependent]!, depths[task]! + 1)
    }
  }
  return depths
}

/**
 * A number for the looks of each task: equal for tasks of the same stem and depth whose needs and dependents have equal
 * numbers.
 */
function looksOf(stems: readonly string[], depths: Int32Array, tasks: readonly Links[]): Int32Array {
  const numbers = new Map<string, number>()
  let looks = Int32Array.from(stems, (stem, task) => {
    const key = `${depths[task]} ${stem}`
    const known = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, known)
    return mixed(known)
  })
  for (let round = 0; round < rounds; round++) {
    const before = looks
    looks = looks.map((look, task) => {
      let sum = look
      for (const need of tasks[task]!.needs) sum = (sum + mixed(before[need]! ^ 0x5bd1e995)) | 0
      for (const dependent of tasks[task]!.dependents)
        sum = (sum + mixed(before[dependent]! ^ 0x1b873593)) | 0
      return mixed(sum)
    })
  }
  return looks
}

/** A number that spreads: the last steps of MurmurHash3. */
function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
