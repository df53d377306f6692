import type { TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { inputsOf } from '../../executors/attempt.ts'
import type { ProcessExecutor } from '../../executors/process/process-executor.ts'
import { readJson } from '../../executors/process/read-json.ts'
import { noteWritten } from '../../executors/written-json.ts'
import { isGroup } from '../../graph/group.ts'
import type { Plan } from '../../graph/plan.ts'
import { isRecord } from '../../graph/read-values.ts'
import { gathered, readSource } from '../../plan-file/read-source.ts'
import { rawFields } from './raw-fields.ts'

export type Outputs = ReadonlyMap<TaskId, unknown>

/**
 * The outputs that a file holds: the lines of `dagmar run --json`, of a run that was cut off too, or its result alone.
 * `-` is stdin. Rejects with `CONFIG_INVALID`.
 */
export async function readResults(path: string): Promise<Outputs> {
  let text: string
  try {
    text = (path === '-' ? await gathered(process.stdin) : await readSource(path))
      .toString()
      .replace(/^\uFEFF/, '')
  } catch (thrown) {
    throw misuse(
      `The results ${path} cannot be read: ${thrownText(thrown)}. Of what --json has printed, the last line is enough.`,
    )
  }
  const outputs = new Map<TaskId, unknown>()
  for (const json of isJson(text) ? [text] : text.split('\n')) {
    // Parsing takes time, and most facts hold no output.
    const isOf = json.includes('"outputs"') || json.includes('"task.completed"')
    if (!isOf || !isJson(json)) continue
    const fields = rawFields(json)
    const completed = fields.get('taskId')
    if (fields.get('type') === '"task.completed"' && completed !== undefined) {
      keep(outputs, JSON.parse(completed) as TaskId, fields.get('output'))
    }
    const results = fields.get('outputs')
    if (results?.startsWith('{') !== true) continue
    for (const [taskId, raw] of rawFields(results)) keep(outputs, taskId, raw)
  }
  if (outputs.size > 0) return outputs
  throw misuse(
    `${path} holds no outputs of tasks. Give --results what dagmar run --json has printed, or its last line.`,
  )
}

function keep(outputs: Map<TaskId, unknown>, taskId: TaskId, raw: string | undefined): void {
  if (raw === undefined) return
  const json = readJson(raw)
  // What is too deep is a text here, as it is where a command has written it.
  if (json === 'too deep') outputs.set(taskId, raw)
  else if (json === undefined) outputs.set(taskId, JSON.parse(raw))
  else {
    noteWritten(json.value, raw, json.changed)
    outputs.set(taskId, json.value)
  }
}

function isJson(text: string): boolean {
  try {
    return isRecord(JSON.parse(text))
  } catch {
    return false
  }
}

/** By task: what it needs of the whole plan, and is not run. */
export function needsLeftOut(whole: Plan, selected: Plan): ReadonlyMap<TaskId, readonly TaskId[]> {
  const found = new Map<TaskId, readonly TaskId[]>()
  for (const { id } of selected.tasks) {
    const needs = whole.tasks[whole.indexOf(id)!]!.needs.map((need) => whole.tasks[need]!)
    // A group has no output.
    const missing = needs.filter((need) => !isGroup(need) && selected.indexOf(need.id) === undefined)
    if (missing.length > 0)
      found.set(
        id,
        missing.map((need) => need.id),
      )
  }
  return found
}

/** The executor with the outputs of an earlier run for what is not run. */
export function withOutputs(
  processes: ProcessExecutor,
  leftOut: ReadonlyMap<TaskId, readonly TaskId[]>,
  outputs: Outputs,
): ProcessExecutor {
  return {
    ...processes,
    start(attempt, report) {
      const known = (leftOut.get(attempt.taskId) ?? []).filter((id) => outputs.has(id))
      const inputs = Object.fromEntries(known.map((id) => [id, outputs.get(id)]))
      return processes.start({ ...attempt, inputs: { ...inputs, ...inputsOf(attempt) } }, report)
    },
  }
}

const mostNames = 5

/** What is missing among the inputs of tasks, if anything, for people. */
export function missingInputs(
  leftOut: ReadonlyMap<TaskId, readonly TaskId[]>,
  outputs: Outputs | undefined,
): string | undefined {
  const missing = [...new Set([...leftOut.values()].flat())].filter((id) => outputs?.has(id) !== true)
  if (missing.length === 0) return undefined
  const more = missing.length > mostNames ? ` and ${missing.length - mostNames} more` : ''
  const names = `${missing.slice(0, mostNames).join(', ')}${more}`
  return outputs === undefined
    ? `there are no outputs of ${names} for the tasks that need them; --results takes those of an earlier run`
    : `the results have no outputs of ${names} for the tasks that need them`
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}
