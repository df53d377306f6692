import { basename, extname } from 'node:path'
import { DagmarError } from '../errors/dagmar-error.ts'
import { planInvalid, type PlanProblem } from '../errors/plan-file-error.ts'
import { plan } from '../graph/make-plan.ts'
import type { Plan } from '../graph/plan.ts'
import { badValue, readFields, show } from '../graph/read-values.ts'
import { recordedWork } from './recorded-work.ts'

export interface ReadGraphOptions {
  /** The file that the text is from, for messages. @default 'graph.stg', or 'recording.json' */
  readonly file?: string
  /** The plan's name. @default the recording's own; for `.stg` the file's without folder and extension */
  readonly name?: string
}

const known: ReadonlySet<string> = new Set(['file', 'name'])

/** Returns the options. Throws `CONFIG_INVALID` for bad ones, and for what is no text. */
export function readGraphOptions(text: unknown, options: ReadGraphOptions): ReadGraphOptions {
  if (typeof text !== 'string') throw badValue('The text of the file', text, 'a text')
  readFields(options, 'options', known)
  return options
}

/** A line of the file that stands for a task. */
interface TaskLine {
  readonly line: number
  readonly id: number
  readonly seconds: number
  readonly needs: readonly number[]
}

/** Says what is wrong with a line. */
type Report = (line: number, message: string, hint?: string) => void

/**
 * Reads a graph of the Standard Task Graph Set. A time of 1 becomes an `estimate` of 1 s; tasks keep their numbers as
 * ids, `'1'` to `'n'`. The two dummy tasks at the ends, 0 and n + 1, are left out: they take no time and add no
 * dependency between other tasks, so schedules are as long without them. The tasks can be simulated, but not run.
 * @throws PlanFileError `PLAN_INVALID` with all that is wrong, each with its line.
 */
export function readStg(text: string, options: ReadGraphOptions = {}): Plan {
  const { file = 'graph.stg', name } = readGraphOptions(text, options)
  const problems: PlanProblem[] = []
  const report: Report = (line, message, hint) => {
    problems.push({ file, line, column: 1, message, ...(hint === undefined ? {} : { hint }) })
  }
  const tasks = readTaskLines(text, report)
  if (problems.length > 0) throw planInvalid(file, problems)
  const last = tasks.length - 1
  try {
    return plan({
      name: name ?? (basename(file, extname(file)) || 'graph'),
      tasks: tasks.slice(1, last).map(({ id, seconds, needs }) => ({
        id: String(id),
        needs: needs.filter((need) => need !== 0).map(String),
        estimate: seconds * 1_000,
        run: recordedWork,
      })),
    })
  } catch (thrown) {
    if (!(thrown instanceof DagmarError)) throw thrown
    const [first] = (thrown.facts['path'] ?? []) as readonly string[]
    const line = tasks[Number(first ?? 0)]!.line
    throw planInvalid(file, [{ file, line, column: 1, message: thrown.problem }])
  }
}

/** The lines by id, dummies included. Bad lines are reported and left out. */
function readTaskLines(text: string, report: Report): readonly TaskLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const written = lines.flatMap((line, index) => {
    const words = line.replace(/#.*/, '').trim().split(/\s+/)
    return words[0] === '' ? [] : [{ line: index + 1, words }]
  })
  const [head, ...rest] = written
  if (head === undefined) {
    report(1, 'The file is empty, but a task graph begins with the count of its tasks.')
    return []
  }
  const count = wholeNumber(head.words[0]!)
  if (head.words.length !== 1 || count === undefined) {
    const found = show(head.words.join(' '))
    report(head.line, `The file begins with ${found}, but the count of its tasks was expected.`)
    return []
  }
  const byId = new Map<number, TaskLine>()
  for (const { line, words } of rest) {
    const task = readTaskLine(line, words, count, report)
    if (task === undefined) continue
    const first = byId.get(task.id)
    if (first === undefined) byId.set(task.id, task)
    else report(line, `Task ${task.id} stands here for the second time; the first is on line ${first.line}.`)
  }
  if (rest.length !== count + 2) {
    const line = rest.length < count + 2 ? (rest.at(-1) ?? head).line : rest[count + 2]!.line
    const expected = `The count on line ${head.line} is ${count}: with the two dummies that makes ${count + 2} lines of tasks`
    report(
      line,
      `${expected}, but there are ${rest.length}.`,
      rest.length < count + 2 ? 'Is the file cut off?' : undefined,
    )
  }
  return [...byId.values()].toSorted((a, b) => a.id - b.id)
}

function readTaskLine(
  line: number,
  words: readonly string[],
  count: number,
  report: Report,
): TaskLine | undefined {
  if (words.length < 3) {
    const found = words.join(' ')
    report(line, `'${found}' has fewer than 3 numbers: a task's id, its time, and how many tasks it needs.`)
    return undefined
  }
  const [idWord, timeWord, needCountWord, ...needWords] = words as [string, string, string, ...string[]]
  const id = wholeNumber(idWord)
  if (id === undefined || id > count + 1) {
    report(line, `The id of the task is ${show(idWord)}, but it must be an integer from 0 to ${count + 1}.`)
    return undefined
  }
  const isDummy = id === 0 || id === count + 1
  const seconds = /^\d+(?:\.\d+)?$/.test(timeWord) ? Number(timeWord) : Number.NaN
  if (!Number.isFinite(seconds)) {
    report(line, `The time of task ${id} is ${show(timeWord)}, but it must be a number of 0 or more.`)
  } else if (isDummy && seconds !== 0) {
    report(line, `Task ${id} is a dummy at an end of the graph: its time must be 0, not ${timeWord}.`)
  }
  const needCount = wholeNumber(needCountWord)
  if (needCount !== needWords.length) {
    const named = `${needWords.length} ${needWords.length === 1 ? 'is' : 'are'} named`
    report(line, `Task ${id} says that it needs ${needCountWord} tasks, but ${named}.`)
  }
  const needs = new Set<number>()
  for (const word of needWords) {
    const need = wholeNumber(word)
    if (need === undefined || need > count + 1)
      report(line, `Task ${id} needs ${show(word)}, which is no task.`)
    else if (need === id) report(line, `Task ${id} needs itself.`)
    else if (need === count + 1) report(line, `Task ${id} needs ${need}, the dummy at the end of the graph.`)
    else if (needs.has(need)) report(line, `Task ${id} needs ${need} twice.`)
    else needs.add(need)
  }
  if (id === 0 && needWords.length > 0) report(line, 'Task 0 begins the graph: it must need nothing.')
  return { line, id, seconds, needs: [...needs] }
}

function wholeNumber(word: string): number | undefined {
  const number = /^\d+$/.test(word) ? Number(word) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}
