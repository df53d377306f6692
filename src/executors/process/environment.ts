import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { thrownText } from '../../errors/foreign-value.ts'
import type { Attempt } from '../../ports/executor.ts'
import { attemptIdOf, inputsOf } from '../attempt.ts'
import type { CommandWork } from '../command.ts'
import { writtenText } from '../written-json.ts'
import { makeFolder, removeFolder } from './attempt-folder.ts'
import { readEnvFile } from './env-file.ts'
import { StartFault } from './start-fault.ts'
import { channelIn } from './tell-channel.ts'

export interface Environment {
  readonly variables: Readonly<Record<string, string>>
  /** What the attempt's processes are known by. */
  readonly mark: string
  /** Holds the channel, and inputs that are too large for a variable. To be removed at the end. */
  readonly folder: string | undefined
  /** Where `dagmar tell` is heard. Undefined where there can be no socket. */
  readonly channel: string | undefined
  /** The file with the prompt, where there is one. */
  readonly promptFile: string | undefined
}

export interface EnvironmentOptions {
  /** The variables that it begins with. @default this process's */
  readonly around?: Readonly<Record<string, string>> | undefined
  readonly forceColor?: number | undefined
  /** A text that its command reads from a file. */
  readonly prompt?: string | undefined
}

/** The longest value, in bytes, that is passed in a variable. Linux takes twice as much, and 2 MiB in all. */
const longestValue = 64 * 1024

/** The variables for an attempt. Throws a `StartFault`. */
export function environmentOf(
  attempt: Attempt,
  { env, envFiles }: CommandWork,
  { around = process.env as Readonly<Record<string, string>>, forceColor, prompt }: EnvironmentOptions = {},
): Environment {
  const variables = { ...around }
  for (const file of envFiles ?? []) Object.assign(variables, readEnvFile(resolve(file)))
  for (const name in env) {
    const value = env[name]!
    if (value === null) delete variables[name]
    else variables[name] = value
  }
  if (forceColor !== undefined && !choosesColours(variables) && !choosesColours(env)) {
    Object.assign(variables, { FORCE_COLOR: String(forceColor) })
  }
  // Where dagmar runs below dagmar, the outer values must not show through.
  for (const name of ownVariables) {
    if (name in variables) delete variables[name]
  }
  // With those of all attempts that enclose this process: each of them ends what is below it, however deep. Who asked
  // for the run from elsewhere may be in an attempt, too, which the run outlives.
  const mark = randomUUID()
  const enclosing = process.env['DAGMAR_MARKS']
  variables['DAGMAR_MARKS'] = enclosing === undefined ? mark : `${enclosing},${mark}`
  variables['DAGMAR_ATTEMPT'] = attemptIdOf(attempt)
  variables['DAGMAR_RUN_ID'] = attempt.runId
  variables['DAGMAR_TASK_ID'] = attempt.taskId
  if (attempt.agent !== undefined) variables['DAGMAR_AGENT'] = attempt.agent
  if (attempt.model !== undefined) variables['DAGMAR_MODEL'] = attempt.model
  if (attempt.session !== undefined) variables['DAGMAR_SESSION'] = attempt.session
  const inputs = jsonOfInputs(inputsOf(attempt))
  const input = attempt.input === undefined ? undefined : toJson(attempt.input, "The run's input")
  // From here on only `write` throws, and it removes the folder.
  let folder = madeFolder(mark)
  const channel = folder === undefined ? undefined : channelIn(folder)
  if (channel !== undefined) variables['DAGMAR_TELL'] = channel
  const write = (name: string, text: string, what: string): string => {
    try {
      folder ??= makeFolder(mark)
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    } catch (thrown) {
      removeFolder(folder)
      throw new StartFault({
        code: 'COMMAND_NOT_STARTED',
        message: `A file for ${what} cannot be written: ${thrownText(thrown)}.`,
      })
    }
  }
  const put = (name: string, json: string): void => {
    if (Buffer.byteLength(json) <= longestValue) variables[name] = json
    else
      variables[`${name}_FILE`] = write(`${name}.json`, json, `${name}, which is too large for a variable,`)
  }
  put('DAGMAR_INPUTS', inputs)
  if (input !== undefined) put('DAGMAR_INPUT', input)
  const promptFile = prompt === undefined ? undefined : write('prompt.txt', prompt, 'the prompt')
  return { variables, mark, folder, channel, promptFile }
}

const ownVariables = [
  'DAGMAR_INPUTS',
  'DAGMAR_INPUTS_FILE',
  'DAGMAR_INPUT',
  'DAGMAR_INPUT_FILE',
  'DAGMAR_TELL',
  'DAGMAR_AGENT',
  'DAGMAR_SESSION',
]

/** Most commands have no need of it, so that they run where none can be made, too. */
function madeFolder(mark: string): string | undefined {
  try {
    return makeFolder(mark)
  } catch {
    return undefined
  }
}

/** True where somebody has said whether there are to be colours. A task says it by unsetting one, too. */
function choosesColours({
  FORCE_COLOR: force,
  NO_COLOR: no,
}: Readonly<Record<string, unknown>> = {}): boolean {
  return force !== undefined || no !== undefined
}

/** One by one, so that the failure can name the dependency. An output that is undefined is left out. */
function jsonOfInputs(inputs: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(inputs)
    .filter(([, output]) => output !== undefined)
    .map(([taskId, output]) => `${JSON.stringify(taskId)}:${toJson(output, `The output of '${taskId}'`)}`)
  return `{${fields.join(',')}}`
}

/** What a command wrote is handed on as it is: as JavaScript reads it, a number may be another one. */
function toJson(value: unknown, what: string): string {
  const written = writtenText(value)
  if (written !== undefined) return written
  let reason = `it is a ${typeof value}`
  try {
    const json = JSON.stringify(value) as string | undefined
    if (json !== undefined) return json
  } catch (thrown) {
    // The rest of V8's message about cycles is a drawing over several lines.
    reason = thrownText(thrown).split('\n')[0]!
  }
  throw new StartFault({
    code: 'INPUT_NOT_SERIALISABLE',
    message: `${what} cannot be given to a command as JSON: ${reason}.`,
    retryable: false,
  })
}
