import type { Links } from '../../../graph/cycle.ts'
import { topologicalOrder } from '../../../graph/cycle.ts'

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
 * Each task is in one group at most. All tasks of a group are at the same depth, so that folding never makes a circle.
 */
export function groupsOf(ids: readonly string[], tasks: readonly Links[]): Group[] {
  const most = tasks.length > manyTasks ? mostAlikeOfMany : mostAlike
  if (tasks.length <= most) return []
  const depths = depthsOf(tasks)
  const grouped = new Uint8Array(tasks.length)
  const found: number[][] = []
  const take = (keys: ArrayLike<number | string>): void => {
    const byKey = new Map<number | string, number[]>()
    for (let task = 0; task < tasks.length; task++) {
      if (grouped[task] === 1) continue
      const key = `${depths[task]} ${keys[task]}`
      const members = byKey.get(key)
      if (members === undefined) byKey.set(key, [task])
      else members.push(task)
    }
    for (const members of byKey.values()) {
      if (members.length <= most) continue
      found.push(members)
      for (const member of members) grouped[member] = 1
    }
  }
  take(looksOf(ids.map(stemOf), depths, tasks))
  take(tasks.map(({ needs, dependents }) => `${spelled(needs)} ${spelled(dependents)}`))
  return found
    .sort((a, b) => a[0]! - b[0]!)
    .map((members) => ({
      key: ids[members[0]!]!,
      label: labelOf(members.map((task) => ids[task]!)),
      members,
    }))
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

/** What is the same in the names of `test(20, linux)` and `test(22, mac)`, or of `map-1` and `map-2`. */
function stemOf(id: string): string {
  const bracket = id.endsWith(')') ? id.indexOf('(') : -1
  return bracket > 0 ? id.slice(0, bracket + 1) : id.replaceAll(/\d+/g, '#')
}

/**
 * A number for the looks of each task: equal for tasks of the same stem and depth whose needs and dependents have equal
 * numbers. It looks a few steps far, which tells any two tasks apart that people would.
 */
function looksOf(stems: readonly string[], depths: Int32Array, tasks: readonly Links[]): Int32Array {
  const numbers = new Map<string, number>()
  let looks = Int32Array.from(stems, (stem, task) => {
    const key = `${depths[task]} ${stem}`
    const known = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, known)
    return mixed(known)
  })
  for (let round = 0; round < 6; round++) {
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

/** What the names of a group have in common, or nothing but that they are tasks. */
function labelOf(ids: readonly string[]): string {
  const [first = ''] = ids
  let start = 0
  while (start < first.length && ids.every((id) => id[start] === first[start])) start++
  const prefix = first.slice(0, start).replace(/\d+$/, '')
  if (prefix.length < 2) return 'tasks'
  return prefix.includes('(') ? `${prefix.slice(0, prefix.indexOf('('))}(…)` : `${prefix}…`
}
