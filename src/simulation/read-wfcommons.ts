import { basename, extname } from 'node:path'
import type { TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { planInvalid, type PlanProblem } from '../errors/plan-file-error.ts'
import { firstGuesses } from '../errors/nearest.ts'
import { plan } from '../graph/make-plan.ts'
import type { Plan } from '../graph/plan.ts'
import { type Fields, isRecord, show } from '../graph/read-values.ts'
import { type JsonPath, offsetInJson } from './json-place.ts'
import { recordedWork } from './recorded-work.ts'
import { type ReadGraphOptions, readGraphOptions } from './read-stg.ts'

/** A task of the recording, and its path in the file. */
interface RecordedTask {
  readonly id: TaskId
  readonly path: JsonPath
  readonly fields: Fields
}

/** Reports what is wrong at a path. The sentence begins with the path. */
type Report = (path: JsonPath, rest: string) => void

/** True for a JSON text that is a recording in WfFormat and not a plan file, even if the text is cut off. */
export function isWfCommons(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json.replace(/^\uFEFF/, ''))
    return isRecord(value) && root in value && !('tasks' in value)
  } catch {
    // The reader of recordings explains best what is wrong with a damaged one.
    return json.includes(`"${root}"`) && json.includes('"schemaVersion"')
  }
}

/**
 * Reads a recorded run in WfFormat (WfCommons): version 1.5, with dependencies under `specification` and lengths under
 * `execution`, and the older ones that have both in one list. The time that a task ran becomes its `estimate`; where it
 * was not recorded, there is none. The tasks can be simulated, but not run. See https://wfcommons.org/format.
 * @throws PlanFileError `PLAN_INVALID` with what is wrong (at most 100 problems), each with its path, line and column.
 */
export function readWfCommons(json: string, options: ReadGraphOptions = {}): Plan {
  const { file = 'recording.json', name } = readGraphOptions(json, options)
  const text = json.replace(/^\uFEFF/, '')
  const problems: PlanProblem[] = []
  const problemAt = (path: JsonPath, message: string): PlanProblem => ({
    file,
    ...placeOf(text, path),
    message,
  })
  const report: Report = (path, rest) => {
    // Each problem costs a pass through the text.
    if (problems.length === mostProblems) return
    problems.push(problemAt(path, `${path.length === 0 ? 'The recording' : pathText(path)} ${rest}.`))
  }
  const guess = guesser()
  const value = parse(text, file)
  const tasks = readTasks(value, report)
  const secondsById = readSeconds(value, tasks, report, guess)
  const needsById = readNeeds(tasks, report, guess)
  if (problems.length > 0) throw planInvalid(file, problems)
  const ownName = isRecord(value) && typeof value['name'] === 'string' ? value['name'] : ''
  try {
    return plan({
      name: name ?? (ownName || basename(file, extname(file)) || 'recording'),
      tasks: tasks.map(({ id }) => {
        const seconds = secondsById.get(id)
        return {
          id,
          needs: [...needsById.get(id)!],
          ...(seconds === undefined ? {} : { estimate: seconds * 1_000 }),
          run: recordedWork,
        }
      }),
    })
  } catch (thrown) {
    if (!(thrown instanceof DagmarError)) throw thrown
    const [first] = (thrown.facts['path'] ?? []) as readonly string[]
    const path = tasks.find(({ id }) => id === first)?.path ?? []
    throw planInvalid(file, [problemAt(path, thrown.problem)])
  }
}

/** The field that holds everything else. */
const root = 'workflow'

const mostProblems = 100
const mostGuesses = 50

/** Text to add to a message about an unknown id: the known id that was probably meant. */
type Guess = (word: unknown, known: Iterable<string>) => string

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw planInvalid(file, [{ file, ...placeOf(text, []), ...noJson(text) }])
  }
}

function noJson(text: string): Pick<PlanProblem, 'message' | 'hint'> {
  if (text.trim() === '') return { message: 'The file is empty, but a recording in JSON was expected.' }
  const offset = offsetInJson(text, [])
  if (text.slice(offset).trim() === '') {
    return { message: 'The JSON text ends here, in the middle of something.', hint: 'Is the file cut off?' }
  }
  return { message: 'The text ceases to be JSON here.' }
}

function readTasks(value: unknown, report: Report): readonly RecordedTask[] {
  if (!isRecord(value)) return missing([], value, 'an object', report)
  const recorded = value[root]
  if (!isRecord(recorded)) return missing([root], recorded, 'an object', report)
  const { specification } = recorded
  const isOld = specification === undefined && Array.isArray(recorded['tasks'])
  if (!isOld && !isRecord(specification)) {
    return missing([root, 'specification'], specification, 'an object', report)
  }
  const path = isOld ? [root, 'tasks'] : [root, 'specification', 'tasks']
  const list = isOld ? recorded['tasks'] : (specification as Fields)['tasks']
  if (!Array.isArray(list)) return missing(path, list, 'a list', report)
  const firstById = new Map<TaskId, number>()
  return list.flatMap((fields: unknown, index): RecordedTask[] => {
    const at = [...path, index]
    if (!isRecord(fields)) return missing(at, fields, 'an object', report)
    const id = fields['id'] ?? (isOld ? fields['name'] : undefined)
    if (typeof id !== 'string' || id === '') return missing([...at, 'id'], id, 'a text', report)
    const first = firstById.get(id)
    if (first !== undefined) {
      report([...at, 'id'], `is ${show(id)}, as that of ${pathText([...path, first])}, but ids must differ`)
      return []
    }
    firstById.set(id, index)
    return [{ id, path: at, fields }]
  })
}

/** How long tasks ran, by id. */
function readSeconds(
  value: unknown,
  tasks: readonly RecordedTask[],
  report: Report,
  guess: Guess,
): ReadonlyMap<TaskId, number> {
  const seconds = new Map<TaskId, number>()
  const add = (id: TaskId, ran: unknown, path: JsonPath): void => {
    if (typeof ran === 'number' && ran >= 0 && Number.isFinite(ran)) seconds.set(id, ran)
    else missing(path, ran, 'a number of 0 or more', report)
  }
  const recorded = isRecord(value) ? value[root] : undefined
  if (!isRecord(recorded) || recorded['specification'] === undefined) {
    for (const { id, path, fields } of tasks) {
      const field = 'runtimeInSeconds' in fields ? 'runtimeInSeconds' : 'runtime'
      if (fields[field] !== undefined) add(id, fields[field], [...path, field])
    }
    return seconds
  }
  const { execution } = recorded
  // A recording may have dependencies only.
  if (execution === undefined) return seconds
  const path = [root, 'execution', 'tasks']
  const list = isRecord(execution) ? execution['tasks'] : undefined
  if (!Array.isArray(list)) {
    missing(path, list, 'a list', report)
    return seconds
  }
  const known = new Set(tasks.map(({ id }) => id))
  for (const [index, entry] of (list as readonly unknown[]).entries()) {
    const at = [...path, index]
    const fields = isRecord(entry) ? entry : {}
    const { id } = fields
    if (typeof id !== 'string' || !known.has(id)) {
      report([...at, 'id'], `is ${show(id)}, and there is no such task${guess(id, known)}`)
    } else if (seconds.has(id)) {
      report([...at, 'id'], `is ${show(id)}, whose length was recorded before, but it must be there once`)
    } else add(id, fields['runtimeInSeconds'], [...at, 'runtimeInSeconds'])
  }
  return seconds
}

/** The dependencies of each task: those that it names as parents, and those that name it as a child. */
function readNeeds(
  tasks: readonly RecordedTask[],
  report: Report,
  guess: Guess,
): ReadonlyMap<TaskId, ReadonlySet<TaskId>> {
  const needs = new Map(tasks.map(({ id }) => [id, new Set<TaskId>()]))
  const idByName = new Map(tasks.map(({ id, fields }) => [fields['name'], id]))
  const link = ({ id, path, fields }: RecordedTask, field: 'parents' | 'children'): void => {
    const list = fields[field]
    if (list === undefined) return
    if (!Array.isArray(list)) {
      missing([...path, field], list, 'a list', report)
      return
    }
    for (const [index, word] of (list as readonly unknown[]).entries()) {
      // Older recordings use names where newer ones use ids.
      const other = typeof word === 'string' && needs.has(word) ? word : idByName.get(word)
      if (other === undefined) {
        report(
          [...path, field, index],
          `is ${show(word)}, and there is no such task${guess(word, needs.keys())}`,
        )
      } else if (field === 'parents') needs.get(id)!.add(other)
      else needs.get(other)!.add(id)
    }
  }
  for (const task of tasks) {
    link(task, 'parents')
    link(task, 'children')
  }
  return needs
}

function missing(path: JsonPath, value: unknown, wanted: string, report: Report): [] {
  report(path, `${value === undefined ? 'is not there' : `is ${show(value)}`}, but it must be ${wanted}`)
  return []
}

function guesser(): Guess {
  const nearest = firstGuesses(mostGuesses)
  return (word, known) => {
    const near = typeof word === 'string' ? nearest(word, known) : undefined
    return near === undefined ? '' : ` (${show(near)}?)`
  }
}

function placeOf(text: string, path: JsonPath): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offsetInJson(text, path)).split('\n')
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

/** As in `a.b[3].c`. */
function pathText(path: JsonPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)
}
