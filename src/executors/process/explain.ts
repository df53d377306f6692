import { accessSync, constants, statSync } from 'node:fs'
import { constants as system } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { thrownText } from '../../errors/foreign-value.ts'
import type { ReportedFailure } from '../../ports/executor.ts'
import type { CommandWork } from '../command.ts'
import { errorCode } from './start-fault.ts'

/** How a process ended, as the system tells its parent. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The failure of a command that did not exit with code 0. */
export function failureOf(
  { code, signal }: Exit,
  work: CommandWork,
  path: string | undefined,
  output: readonly string[],
): ReportedFailure {
  if (signal !== null) {
    const hint = signal === 'SIGKILL' ? ', from outside; the system does so when it is out of memory' : ''
    return { code: 'COMMAND_KILLED', message: `The command was killed by ${signal}${hint}.`, output }
  }
  const reason = reasonOf(code!, work, path)
  const because = reason === undefined ? '' : `: ${reason}`
  return { code: 'COMMAND_FAILED', message: `The command exited with code ${code}${because}.`, output }
}

function reasonOf(code: number, work: CommandWork, path: string | undefined): string | undefined {
  const program = typeof work.run === 'string' ? (work.shell ?? '/bin/sh') : work.run[0]!
  const isLine = typeof work.run === 'string'
  const found = code === 126 || code === 127 ? find(program, work.cwd, path) : 'executable'
  if (isLine && found !== 'executable') {
    return `its shell ${found === 'missing' ? 'was not found' : 'is not executable'}: ${program}`
  }
  if (found === 'missing') return `command not found: ${program}`
  if (found === 'not executable') return `not executable: ${program}`
  if (code === 127) {
    return isLine
      ? 'command not found, says the shell'
      : `${program} is there, its interpreter may be missing`
  }
  if (code === 126) return isLine ? 'not executable, says the shell' : `${program} cannot be executed`
  // A shell reports the signal that ended its command as its own exit code.
  const signal = isLine && code > 128 ? signalOf(code - 128) : undefined
  return signal === undefined ? undefined : `killed by ${signal}, says the shell`
}

function signalOf(number: number): string | undefined {
  return Object.entries(system.signals).find(([, value]) => value === number)?.[0]
}

/** Looks for a program in the attempt's PATH. */
function find(
  program: string,
  cwd: string | undefined,
  path: string | undefined,
): 'missing' | 'not executable' | 'executable' {
  const base = resolve(cwd ?? '.')
  const places = program.includes('/')
    ? [resolve(base, program)]
    : (path ?? '').split(delimiter).map((folder) => join(resolve(base, folder), program))
  let found: 'missing' | 'not executable' = 'missing'
  for (const place of places) {
    try {
      if (statSync(place).isDirectory()) throw new Error('a directory')
      accessSync(place, constants.X_OK)
      return 'executable'
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT' && errorCode(thrown) !== 'ENOTDIR') found = 'not executable'
    }
  }
  return found
}

const advice: Readonly<Record<string, string>> = {
  E2BIG: 'its arguments and environment are larger than the system takes; pass large values as files',
  EAGAIN: 'the system allows no more processes at the moment; run fewer at once',
  EMFILE: 'this process has too many files open; run fewer at once, or raise the limit (ulimit -n)',
  ENFILE: 'the system has too many files open; run fewer at once',
  ENOMEM: 'the system has no memory left for it; run fewer at once',
}

/** The failure of a process that could not be started at all. */
export function notStarted(thrown: unknown, { cwd }: CommandWork): ReportedFailure {
  const code = errorCode(thrown)
  const reason =
    (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' ? complaintAbout(cwd) : undefined) ??
    (code === undefined ? undefined : advice[code]) ??
    thrownText(thrown)
  return { code: 'COMMAND_NOT_STARTED', message: `The command could not be started: ${reason}.` }
}

function complaintAbout(cwd: string | undefined): string | undefined {
  const folder = resolve(cwd ?? '.')
  try {
    if (!statSync(folder).isDirectory()) return `its directory ${folder} is a file`
    accessSync(folder, constants.X_OK)
    return undefined
  } catch (thrown) {
    return errorCode(thrown) === 'ENOENT'
      ? `its directory ${folder} does not exist`
      : `its directory ${folder} cannot be entered: ${thrownText(thrown)}`
  }
}
