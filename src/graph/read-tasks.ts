import type { TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { nearest } from '../errors/nearest.ts'
import { didYouMean, type Fields, isRecord, readFields, show, taskPath } from './read-values.ts'
import { taskDefaultFields } from './read-options.ts'
import type { Work } from './work.ts'

/** A task as it was defined, after a first check: its id is sound and unique, and all its fields are known. */
export class TaskEntry {
  readonly id: TaskId
  readonly fields: Fields
  /** False for a task that has only `needs` and its work, as most have. */
  readonly mayHaveOptions: boolean

  constructor(id: TaskId, fields: Fields, mayHaveOptions: boolean) {
    this.id = id
    this.fields = fields
    this.mayHaveOptions = mayHaveOptions
  }

  /** Its path in the definition, for errors. */
  get path(): string {
    return taskPath(this.id)
  }
}

/** The tasks in their order, and the index of each by its id. */
export interface ReadTasks {
  readonly entries: readonly TaskEntry[]
  readonly indexById: ReadonlyMap<TaskId, number>
}

const taskFields: ReadonlySet<string> = new Set(['needs', 'run', ...taskDefaultFields])
const listedFields: ReadonlySet<string> = new Set(['id', ...taskFields])

const noNeeds: readonly number[] = Object.freeze([])

/** Reads an object of tasks by id, or an iterable of `[id, task]` or `{ id, … }`. Ids must be sound and unique. */
export function readTasks(tasks: unknown): ReadTasks {
  const entries: TaskEntry[] = []
  const indexById = new Map<TaskId, number>()
  const add = (id: unknown, fields: unknown, known: ReadonlySet<string>, isListed: boolean): void => {
    const index = entries.length
    const complaint = complaintAbout(id)
    if (complaint !== undefined) throw badName(id, `The id of ${placeOf(index, isListed, id)}`, complaint)
    const sound = id as string
    // A map that has not grown had the id already.
    if (indexById.set(sound, index).size === index) {
      const field = placeOf(index, isListed, sound)
      throw new DagmarError('DAG_DUPLICATE_TASK', {
        message: `There are two tasks with the id ${show(sound)}; the second is ${field}.`,
        hint: 'Rename one of them.',
        facts: { taskId: sound, field },
      })
    }
    if (isBare(fields)) entries.push(new TaskEntry(sound, fields, false))
    else entries.push(new TaskEntry(sound, readFields(fields, taskPath(sound), known), true))
  }
  if (isIterable(tasks)) {
    for (const task of tasks) {
      if (Array.isArray(task) && task.length === 2) add(task[0], task[1], taskFields, true)
      else if (isRecord(task)) add(task['id'], task, listedFields, true)
      else {
        const place = placeOf(entries.length, true, undefined)
        throw invalid(place, task, 'neither a pair of id and task nor a task with an id')
      }
    }
  } else if (isRecord(tasks)) {
    for (const [id, task] of Object.entries(tasks)) add(id, task, taskFields, false)
  } else {
    throw invalid('tasks', tasks, 'neither an object of tasks by id nor a list of tasks')
  }
  return { entries, indexById }
}

/** Where a task stands in the definition, for errors. */
function placeOf(index: number, isListed: boolean, id: unknown): string {
  return isListed ? `tasks[${index}]` : taskPath(String(id))
}

function isBare(fields: unknown): fields is Fields {
  if (!isRecord(fields)) return false
  for (const field in fields) if (field !== 'needs' && field !== 'run') return false
  return true
}

/** Returns the name if it can be a task's id or a dag's name; throws `DAG_INVALID` otherwise. */
export function readName(name: unknown, what: string): string {
  const complaint = complaintAbout(name)
  if (complaint === undefined) return name as string
  throw badName(name, what, complaint)
}

function badName(name: unknown, what: string, complaint: string): DagmarError {
  return new DagmarError('DAG_INVALID', {
    message: `${what} ${complaint}.`,
    hint: 'Names have 1 to 200 characters and no control characters.',
    facts: { name },
  })
}

/** The indices of a task's dependencies. `seenBy`, filled with -1, is shared by all tasks of the dag. */
export function readNeeds(
  entry: TaskEntry,
  index: number,
  indexById: ReadonlyMap<TaskId, number>,
  seenBy: Int32Array,
): readonly number[] {
  const needs = entry.fields['needs']
  if (needs === undefined) return noNeeds
  if (!Array.isArray(needs)) throw invalid(`${entry.path}.needs`, needs, 'not an array of task ids')
  if (needs.length === 0) return noNeeds
  // Ids become indices in their places: a list that grows would take three times the memory.
  const indices: unknown[] = [...needs]
  for (let position = 0; position < indices.length; position++) {
    const id = indices[position]
    const need = typeof id === 'string' ? indexById.get(id) : undefined
    if (need === undefined || need === index || seenBy[need] === index) {
      throw badNeed(entry, position, id, indexById)
    }
    seenBy[need] = index
    indices[position] = need
  }
  return indices as number[]
}

function badNeed(
  { id: taskId, path }: TaskEntry,
  position: number,
  id: unknown,
  indexById: ReadonlyMap<TaskId, number>,
): DagmarError {
  const field = `${path}.needs[${position}]`
  if (typeof id !== 'string') return invalid(field, id, 'not a task id')
  if (!indexById.has(id)) return unknownTask(field, id, indexById)
  if (id === taskId) {
    return new DagmarError('DAG_CYCLE', {
      message: `Task ${show(id)} is a cycle by itself: ${field} is its own id.`,
      hint: 'Take the id out of its needs.',
      facts: { path: [id, id], field },
    })
  }
  return new DagmarError('DAG_INVALID', {
    message: `${field} is ${show(id)}, which ${path}.needs has already.`,
    hint: 'Name each dependency once.',
    facts: { field, taskId, need: id },
  })
}

/** The task's work, with a handler turned into work for the executor `inline`. */
export function readRun(entry: TaskEntry): Work {
  const { run } = entry.fields
  if (typeof run === 'function') return { executor: 'inline', work: run }
  if (isRecord(run) && typeof run['executor'] === 'string' && run['executor'] !== '' && 'work' in run) {
    return run as unknown as Work
  }
  const { path } = entry
  throw new DagmarError('DAG_INVALID', {
    message:
      run === undefined
        ? `${path} has no run.`
        : `${path}.run is ${show(run)}, neither a handler nor the work of an executor.`,
    hint: 'Give a function, or what logic(), command() or the like return.',
    facts: { field: `${path}.run` },
  })
}

function complaintAbout(name: unknown): string | undefined {
  if (typeof name !== 'string') return `is ${show(name)}, not a text`
  if (name === '') return 'is empty'
  if (name.length > 200) return `has ${name.length} characters, more than 200`
  if (name === '__proto__') return `is '__proto__', which is not safe as a key`
  if (isPlainAscii(name)) return undefined
  // Line separators and halves of surrogate pairs break logs and stores, just as control characters do.
  if (!/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return undefined
  return `has a control character: ${JSON.stringify(name)}`
}

/** A quick test for most names. The regular expression for the others takes much longer. */
function isPlainAscii(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

function unknownTask(field: string, id: string, known: ReadonlyMap<TaskId, number>): DagmarError {
  return new DagmarError('DAG_UNKNOWN_TASK', {
    message: `${field} is ${show(id)}, and there is no such task.${didYouMean(id, known.keys())}`,
    facts: { field, taskId: id, nearest: nearest(id, known.keys()) },
  })
}

function invalid(field: string, value: unknown, what: string): DagmarError {
  return new DagmarError('DAG_INVALID', {
    message: `${field} is ${show(value)}, ${what}.`,
    facts: { field, value },
  })
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
