import type { Report } from '../ports/executor.ts'

interface Written {
  /** As the command wrote it. */
  readonly text: string
  /** A number of it that is another one in JavaScript. */
  readonly changed: string | undefined
}

/** What the outputs of commands were read from. A copy of an output is an output of its own. */
const written = new WeakMap<object, Written>()
let hasChanges = false

export function noteWritten(value: object, text: string, changed: string | undefined): void {
  written.set(value, { text, changed })
  hasChanges ||= changed !== undefined
}

/** The JSON that a command wrote, from which the value was read. Undefined for any other value. */
export function writtenText(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? written.get(value)?.text : undefined
}

/** A copy that shares nothing with the value. Throws what `structuredClone` throws, as for a function. */
export function cloneOf(value: unknown): unknown {
  const clone: unknown = structuredClone(value)
  const of = typeof value === 'object' && value !== null ? written.get(value) : undefined
  if (of !== undefined) written.set(clone as object, of)
  return clone
}

/** Warns whoever reads these inputs of numbers that are not what the command wrote. */
export function warnOfChanges(inputs: Readonly<Record<string, unknown>>, report: Report): void {
  if (!hasChanges) return
  for (const [taskId, input] of Object.entries(inputs)) {
    const changed = typeof input === 'object' && input !== null ? written.get(input)?.changed : undefined
    if (changed === undefined) continue
    const message = `The output of '${taskId}' has the number ${changed}, which is ${Number(changed)} here. Commands get it as it was written; written as a text, it is the same everywhere.`
    report({ type: 'attempt.warned', message })
  }
}
