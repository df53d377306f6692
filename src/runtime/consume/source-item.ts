import { readField } from '../../errors/foreign-value.ts'
import { type DefinedHandler, plan } from '../../graph/make-plan.ts'
import type { TaskDefaults } from '../../graph/options.ts'
import type { Plan } from '../../graph/plan.ts'
import { taskDefaultFields } from '../../graph/read-options.ts'
import { badValue, isRecord } from '../../graph/read-values.ts'
import type { Work } from '../../graph/work.ts'

/** The options that an item may have: those of a task that stands alone. */
export type ItemOptions = Omit<TaskDefaults, 'when' | 'teardown'>

interface ItemFields {
  /** Unique in its source, 1 to 200 characters with the name of the source. The same id is the same task. */
  readonly id: string
  /** Among items of one priority the oldest starts first: epoch ms, a `Date`, or its text. @default when it is taken */
  readonly createdAt?: number | Date | string
  /** A handler, or what `command()`, `logic()` and the like return. @default the `work` of `consume` */
  readonly work?: DefinedHandler<unknown> | Work
  /** What the handler gets as `ctx.input`. */
  readonly input?: unknown
  /** Becomes the label `title` of its run. */
  readonly title?: string
  /** Labels of its run. It has `source` and `item` as well, with the name of the source and the id. */
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * A task that a source has to be done. Any other fields are the source's own: dagmar leaves them alone, and gives the same
 * object back with its outcome.
 */
export interface SourceItem extends ItemOptions, ItemFields {}

/** What all items of a source have in common. */
export interface ItemFrame {
  /** The name of the source. */
  readonly name: string
  readonly defaults: ItemOptions | undefined
  readonly work: SourceItem['work'] | undefined
}

/** An item that can be done. */
export interface ReadItem {
  readonly plan: Plan
  readonly priority: number
  readonly createdAt: number
  readonly input: unknown
  readonly labels: Readonly<Record<string, string>>
}

/** In the id of a run. */
const mostCharacters = 200

const fields = [...taskDefaultFields].filter((field) => field !== 'when' && field !== 'teardown')

/** The id of an item. Undefined where it has none that could be one. */
export function idOf(item: unknown): string | undefined {
  const id = typeof item === 'object' && item !== null ? readField(item, 'id') : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}

/**
 * Reads each field of an item once, and makes the plan of its run: one task. Throws a `DagmarError` for what is no item,
 * and what the fields of the item throw.
 */
export function readItem(
  id: string,
  item: unknown,
  { name, defaults, work }: ItemFrame,
  now: number,
): ReadItem {
  if (!isRecord(item)) throw badValue('The item', item, 'an object')
  if (runIdOf(name, id).length > mostCharacters) {
    throw badValue(
      'id',
      id,
      `a text of 1 to ${mostCharacters - runIdOf(name, '').length} characters in this source`,
    )
  }
  const given: Record<string, unknown> = {}
  for (const field of fields) if (item[field] !== undefined) given[field] = item[field]
  const createdAt = readInstant(item['createdAt'] ?? now)
  const run = item['work'] ?? work
  if (run === undefined) throw badValue('work', run, 'a function or what command() and the like return')
  const { title, labels, input } = item as Partial<SourceItem>
  const planned = plan({
    name,
    ...(defaults === undefined ? {} : { defaults }),
    tasks: [{ ...given, id, run: run as DefinedHandler<unknown> }],
  })
  return {
    plan: Object.freeze({ ...planned, askedAt: createdAt }),
    priority: planned.tasks[0]!.priority,
    createdAt,
    input,
    labels: { ...(title === undefined ? {} : { title }), ...readLabels(labels), source: name, item: id },
  }
}

/** The id of the run of an item: names of sources have no colon, so that no two items share one. */
export function runIdOf(name: string, id: string): string {
  return `${name}:${id}`
}

function readInstant(value: unknown): number {
  const isText = typeof value === 'string'
  const at =
    typeof value === 'number'
      ? value
      : value instanceof Date || isText
        ? new Date(value).getTime()
        : Number.NaN
  if (Number.isFinite(at)) return at
  throw badValue('createdAt', value, 'an instant: epoch milliseconds, a Date, or the text of one')
}

function readLabels(labels: unknown): Readonly<Record<string, string>> {
  if (labels === undefined) return {}
  if (isRecord(labels)) return labels as Readonly<Record<string, string>>
  throw badValue('labels', labels, 'an object of texts by key')
}
