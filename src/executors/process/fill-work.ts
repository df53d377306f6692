import { resolve } from 'node:path'
import { isRecord } from '../../graph/read-values.ts'
import type { Attempt } from '../../ports/executor.ts'
import { filled } from '../../text/placeholders.ts'
import { inputsOf } from '../attempt.ts'
import type { CommandWork } from '../command.ts'
import { injectInputs } from '../inject-inputs.ts'
import { writtenText } from '../written-json.ts'
import { StartFault } from './start-fault.ts'
import { readTemplate, type Template } from './template.ts'

/** The longest value, in bytes. */
export const longestValue = 64 * 1024
/** The longest text with its values, in bytes: Linux takes no longer argument or variable. */
export const longestText = 128 * 1024 - 1

/** The work with a value for each of its `${{ … }}`. Throws a `StartFault`. */
export function fillWork(work: CommandWork, attempt: Attempt): CommandWork {
  const { run, env, cwd, fillsFrom } = work
  if (fillsFrom === undefined) return work
  const fill = (text: string, where: string, put = asItIs): string => {
    const full = filled(text, (name, whole) => {
      const template = readTemplate(name)
      return template === undefined ? undefined : put(textFor(template, whole, attempt))
    })
    if (full !== text && Buffer.byteLength(full) > longestText) {
      throw tooLarge(`${where} would be longer than 128 KiB with its values, which no command can be given`)
    }
    return full
  }
  const [file, ...args] = typeof run === 'string' ? [] : run
  return {
    ...work,
    run:
      typeof run === 'string'
        ? fill(run, 'The command', asWord)
        : [file!, ...args.map((text) => fill(text, 'An argument'))],
    ...(env === undefined
      ? {}
      : {
          env: Object.fromEntries(
            Object.entries(env).map(([name, text]) => [
              name,
              text === null ? null : fill(text, `The variable ${name}`),
            ]),
          ),
        }),
    ...(cwd === undefined ? {} : { cwd: resolve(fillsFrom, fill(cwd, 'The directory')) }),
  }
}

/** A text that no command is given as a word, such as a prompt, with its values, however long. Throws a `StartFault`. */
export function fillText(text: string, attempt: Attempt): string {
  return filled(text, (name, whole) => {
    const template = readTemplate(name)
    return template === undefined ? undefined : valueText(template, whole, attempt)
  })
}

export const asItIs = (value: string): string => value

/** One word for a POSIX shell, whatever it holds: in single quotes nothing means anything but the single quote. */
export function asWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`
}

function textFor(template: Template, whole: string, attempt: Attempt): string {
  const text = valueText(template, whole, attempt)
  if (text.includes('\0')) {
    throw unresolved(`${whole} stands for a text with a null character, which no command can be given`)
  }
  if (Buffer.byteLength(text) > longestValue) {
    throw tooLarge(
      `${whole} stands for more than 64 KiB; DAGMAR_INPUTS_FILE names a file with the whole of it`,
    )
  }
  return text
}

function valueText(template: Template, whole: string, attempt: Attempt): string {
  const value = template.root === 'inputs' ? promptOf(attempt, whole) : valueOf(template, attempt)
  if (value === undefined) throw unresolved(`${whole} stands for nothing${reasonOf(template, attempt)}`)
  const text = typeof value === 'string' ? value : (writtenText(value) ?? jsonOf(value))
  if (text === undefined) throw unresolved(`${whole} stands for a value that is no JSON`)
  return text
}

function promptOf(attempt: Attempt, whole: string): string {
  try {
    return injectInputs(inputsOf(attempt))
  } catch {
    throw unresolved(`${whole} stands for outputs of which one is no JSON`)
  }
}

function valueOf({ root, taskId, path }: Template, attempt: Attempt): unknown {
  if (root === 'attempt') return attempt.attempt
  if (root === 'runId' || root === 'agent' || root === 'model') return attempt[root]
  let value: unknown = attempt.input
  if (taskId !== undefined) {
    const inputs = inputsOf(attempt)
    value = Object.hasOwn(inputs, taskId) ? inputs[taskId] : undefined
  }
  for (const key of path) {
    const isThere = Array.isArray(value) ? /^\d+$/.test(key) : isRecord(value) && Object.hasOwn(value, key)
    value = isThere ? (value as Readonly<Record<string, unknown>>)[key] : undefined
  }
  return value
}

function reasonOf({ root, taskId, path }: Template, attempt: Attempt): string {
  if (root === 'agent' || root === 'model') return `: the task has no ${root}`
  if (taskId === undefined)
    return path.length === 0 ? ': the run has no input' : ": the run's input has no such field"
  return Object.hasOwn(inputsOf(attempt), taskId)
    ? `: the output of '${taskId}' has no such field`
    : `: '${taskId}' has no output`
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) as string | undefined
  } catch {
    return undefined
  }
}

export function unresolved(sentence: string): StartFault {
  return new StartFault({ code: 'TEMPLATE_UNRESOLVED', message: `${sentence}.`, retryable: false })
}

export function tooLarge(sentence: string): StartFault {
  return new StartFault({ code: 'TEMPLATE_TOO_LARGE', message: `${sentence}.`, retryable: false })
}
