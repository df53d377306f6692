import { isAbsolute, resolve } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { badValue, isRecord } from '../../graph/read-values.ts'
import type { CommandWork } from '../command.ts'
import type { Surroundings } from './process-options.ts'
import { StartFault } from './start-fault.ts'

/** What the attempts of a run are surrounded by, if somebody says so. Throws a `StartFault`. */
export function surroundingsOf(
  ask: ((runId: string) => Surroundings | undefined) | undefined,
  runId: string,
): Surroundings | undefined {
  try {
    const surroundings = ask?.(runId)
    return surroundings === undefined ? undefined : readSurroundings(surroundings)
  } catch (thrown) {
    if (thrown instanceof DagmarError) {
      throw new StartFault({ code: thrown.code, message: thrown.message, retryable: false })
    }
    const message = `What its run is surrounded by cannot be told: ${thrownText(thrown)}.`
    throw new StartFault({ code: 'COMMAND_NOT_STARTED', message })
  }
}

/** The work with its relative paths starting from the folder. */
export function placedIn(folder: string, work: CommandWork): CommandWork {
  const { cwd, envFiles, fillsFrom } = work
  return {
    ...work,
    // One that is still to be filled in starts from the folder of its plan.
    cwd: cwd !== undefined && fillsFrom !== undefined ? cwd : resolve(folder, cwd ?? ''),
    ...(envFiles === undefined ? {} : { envFiles: envFiles.map((file) => resolve(folder, file)) }),
    ...(fillsFrom === undefined ? {} : { fillsFrom: resolve(folder, fillsFrom) }),
  }
}

function readSurroundings(surroundings: Surroundings): Surroundings {
  const path = 'processExecutor.options.surroundings()'
  if (!isRecord(surroundings)) throw badValue(path, surroundings, 'an object with env and cwd, or undefined')
  const { env, cwd, umask, logDir } = surroundings
  if (!isRecord(env) || !Object.entries(env).every(isVariable)) {
    // It may hold secrets: no value is told.
    const message = `${path}.env must be an object of texts without null characters, by variable.`
    throw new DagmarError('CONFIG_INVALID', { message, facts: { field: `${path}.env` } })
  }
  if (!isFolder(cwd)) throw badValue(`${path}.cwd`, cwd, 'an absolute path')
  if (umask !== undefined && !(Number.isInteger(umask) && umask >= 0 && umask <= 0o777)) {
    throw badValue(`${path}.umask`, umask, 'an integer from 0 to 0o777')
  }
  if (logDir !== undefined && !isFolder(logDir)) throw badValue(`${path}.logDir`, logDir, 'an absolute path')
  return surroundings
}

function isVariable([name, value]: readonly [string, unknown]): boolean {
  return typeof value === 'string' && !`${name}${value}`.includes('\0')
}

function isFolder(path: unknown): path is string {
  return typeof path === 'string' && isAbsolute(path) && !path.includes('\0')
}
