import type { TaskStructure } from '../../graph/plan.ts'
import { withNoun } from '../../text/with-noun.ts'

/** How many differences a message names. */
const mostNamed = 5

/** What is different in the plan from what the journal has of the run, in words: never empty. */
export function planChanges(before: readonly TaskStructure[], now: readonly TaskStructure[]): string {
  const old = new Map(before.map((task) => [task.id, task]))
  const fresh = new Map(now.map((task) => [task.id, task]))
  const changes = [
    ...now.flatMap(({ id }) => (old.has(id) ? [] : [`'${id}' is new`])),
    ...before.flatMap(({ id }) => (fresh.has(id) ? [] : [`'${id}' is gone`])),
    ...now.flatMap((task) => {
      const one = old.get(task.id)
      return one === undefined ? [] : changesOf(one, task)
    }),
  ]
  if (changes.length === 0) return inOrder(before, now) ? hidden : 'its tasks are in another order'
  const rest = changes.length - mostNamed
  return (
    changes.slice(0, mostNamed).join('; ') + (rest > 0 ? `; and ${withNoun(rest, 'more difference')}` : '')
  )
}

/** What a journal does not spell out. */
const hidden =
  'its tasks and their needs are the same, but not the options that no journal spells out: limits of time, backoff, ' +
  'commands, the options of the dag, or its version'

function inOrder(before: readonly TaskStructure[], now: readonly TaskStructure[]): boolean {
  return before.every(({ id }, index) => now[index]?.id === id)
}

const fields: readonly (readonly [keyof TaskStructure, string])[] = [
  ['rule', 'rule'],
  ['teardown', 'teardown'],
  ['executor', 'executor'],
  ['priority', 'priority'],
  ['estimateMs', 'estimate'],
  ['uses', 'uses'],
  ['maxAttempts', 'maxAttempts'],
  ['onFailure', 'onFailure'],
]

function changesOf(before: TaskStructure, now: TaskStructure): readonly string[] {
  const changes: string[] = []
  const added = now.needs.filter((need) => !before.needs.includes(need))
  const removed = before.needs.filter((need) => !now.needs.includes(need))
  if (added.length > 0) changes.push(`'${now.id}' now needs ${quoted(added)}`)
  if (removed.length > 0) changes.push(`'${now.id}' needs ${quoted(removed)} no more`)
  for (const [field, name] of fields) {
    const [was, is] = [before[field], now[field]].map((value) => JSON.stringify(value ?? null))
    if (was !== is) changes.push(`${name} of '${now.id}' is ${is}, not ${was}`)
  }
  return changes
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `'${id}'`).join(', ')
}
