import { DagmarError } from '../errors/dagmar-error.ts'
import { badValue, type Fields, isRecord, readFields } from '../graph/read-values.ts'
import type { Work } from '../graph/work.ts'

export interface CommandOptions {
  /**
   * Variables on top of those of this process; `undefined` removes one. Variables that dagmar sets (`DAGMAR_INPUTS` and
   * so on) win over them. @default {}
   */
  readonly env?: Readonly<Record<string, string | number | undefined>>
  /**
   * Files of `KEY=VALUE` lines, at most 1 MiB each, read when an attempt starts. A later file wins over an earlier one,
   * and `env` over all. Quotes, comments and `export ` are understood; nothing is expanded. Paths are relative to this
   * process's directory.
   * @default none
   */
  readonly envFile?: string | readonly string[]
  /** The directory that the command runs in. Relative to this process's directory. @default that directory */
  readonly cwd?: string
  /**
   * The shell that reads the line, by its `-c`: a path, or a name that is found in PATH. Only for commands given as a
   * line. @default '/bin/sh'
   */
  readonly shell?: string
  /**
   * With `'answers'` the command has a stdin on which the answers to its questions come, a line each; it is not closed
   * before the command ends. Otherwise its stdin is `/dev/null`.
   * @default none
   */
  readonly stdin?: 'answers'
  /**
   * Whether all that the command prints is its own word. Then lines of its stdout such as `::dagmar output {"a":1}` act,
   * and those with `ask`, `retry-after` and `terminal`. Anything that it prints can have such lines: a file, a page, what
   * a model says. Lines with `progress`, `heartbeat` and `warn` act always, and what is said with `dagmar tell`.
   * @default false
   */
  readonly speaks?: boolean
  /**
   * With true each attempt has a worktree of git of its own, on a new branch `dagmar/<run id>/<task id>/<attempt>` that
   * begins at what is checked out in the repository of `cwd`. It is removed when the attempt is over, once what is
   * uncommitted is committed; the branch stays where anything was. The command runs in the same folder of it as `cwd` is.
   * Fails with `NO_REPOSITORY` where there is none, and is not retried. @default false
   */
  readonly worktree?: boolean
  /**
   * With `'snapshot'` the state of the repository of `cwd` is recorded before the first attempt, as a commit: what is
   * staged and changed, without untracked files. It is told in `task.placed`. Where that fails nothing is run, and the
   * task fails with `SNAPSHOT_FAILED`. @default none
   */
  readonly git?: 'snapshot'
}

/** What the process executor needs to know of a command. Plain data, equal for equal commands. */
export interface CommandWork {
  /** A line for the shell, or a file and its arguments. */
  readonly run: string | readonly [file: string, ...args: string[]]
  readonly shell?: string
  readonly cwd?: string
  /** `null` removes the variable. */
  readonly env?: Readonly<Record<string, string | null>>
  readonly envFiles?: readonly string[]
  readonly stdin?: 'answers'
  readonly speaks?: true
  readonly worktree?: true
  readonly git?: 'snapshot'
  /**
   * Set where `run`, `env` or `cwd` have `${{ … }}` that stand for values of the run, filled in when an attempt starts:
   * the folder that a relative `cwd` starts from.
   */
  readonly fillsFrom?: string
}

/**
 * A task whose work is a command, run as a process group of its own by the executor `process`. The task's output is all
 * of its stdout if that is a JSON object or array, or the last line if that is one, else all of it, trimmed. Commands
 * get such JSON as it was written; handlers get it parsed, with a warning where a number is another one in JavaScript.
 * An exit code other than 0 fails the attempt with `COMMAND_FAILED`, a signal with `COMMAND_KILLED`. It gets its inputs and the run's input as
 * JSON in `DAGMAR_INPUTS` and `DAGMAR_INPUT`. Lines of its stdout such as `::dagmar progress 40` are messages. A kill sends SIGTERM to the group, and SIGKILL after `killGrace`. Throws
 * `CONFIG_INVALID`.
 *
 * @example
 * ```ts
 * command('npm', ['run', 'build'])        // no shell
 * command('gzip -k *.log', { cwd: 'logs' }) // by /bin/sh -c
 * ```
 */
export function command(line: string, options?: CommandOptions): Work<unknown>
export function command(
  file: string,
  args: readonly string[],
  options?: Omit<CommandOptions, 'shell'>,
): Work<unknown>
export function command(
  first: string,
  second?: readonly string[] | CommandOptions,
  third?: CommandOptions,
): Work<unknown> {
  const work = Array.isArray(second)
    ? readFile(first, second as readonly string[], third)
    : readLine(first, second as CommandOptions | undefined)
  return Object.freeze({ executor: 'process', work, defaults: stallDefaults })
}

/** The work if `command()` made it, else undefined: a plan may give an executor any work. */
export function asCommandWork(work: unknown): CommandWork | undefined {
  return isRecord(work) && (typeof work['run'] === 'string' || Array.isArray(work['run']))
    ? (work as unknown as CommandWork)
    : undefined
}

/** Of everything that is carried out by a command. */
export const stallDefaults = Object.freeze({ stall: Object.freeze({ after: '60s' }) })
const known = new Set(['env', 'envFile', 'cwd', 'shell', 'stdin', 'speaks', 'worktree', 'git'])

function readLine(line: unknown, options: CommandOptions | undefined): CommandWork {
  const run = readText(line, 'command')
  const fields = readFields(options === undefined ? {} : options, 'command.options', known)
  const { shell } = fields
  return Object.freeze({
    run,
    ...(shell === undefined ? {} : { shell: readProgram(shell, 'command.options.shell') }),
    ...readSurroundings(fields),
  })
}

function readFile(file: unknown, args: readonly unknown[], options: CommandOptions | undefined): CommandWork {
  const run = [
    readProgram(file, 'command.file'),
    // Not `map`, which skips the holes of an array.
    ...Array.from(args, (arg, index) => readArgument(arg, `command.args[${index}]`)),
  ] as const
  const fields = readFields(options === undefined ? {} : options, 'command.options', known)
  if (fields['shell'] !== undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'command.options.shell is set, but a file with arguments runs without a shell.',
      hint: 'Give the command as one line, or leave shell out.',
      facts: { field: 'command.options.shell', value: fields['shell'] },
    })
  }
  return Object.freeze({ run: Object.freeze(run), ...readSurroundings(fields) })
}

/** The part of a command that is around it. Throws `CONFIG_INVALID`. */
export function readSurroundings(fields: Fields): Omit<CommandWork, 'run' | 'shell'> {
  const { cwd, env, envFile, stdin, speaks, worktree, git } = fields
  const path = 'command.options'
  if (stdin !== undefined && stdin !== 'answers') throw badValue(`${path}.stdin`, stdin, "'answers'")
  if (speaks !== undefined && typeof speaks !== 'boolean')
    throw badValue(`${path}.speaks`, speaks, 'true or false')
  if (worktree !== undefined && typeof worktree !== 'boolean')
    throw badValue(`${path}.worktree`, worktree, 'true or false')
  if (git !== undefined && git !== 'snapshot') throw badValue(`${path}.git`, git, "'snapshot'")
  return {
    ...(cwd === undefined ? {} : { cwd: readText(cwd, 'command.options.cwd') }),
    ...(env === undefined ? {} : { env: readEnv(env) }),
    ...(envFile === undefined ? {} : { envFiles: readEnvFiles(envFile) }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(speaks === true ? { speaks } : {}),
    ...(worktree === true ? { worktree } : {}),
    ...(git === undefined ? {} : { git }),
  }
}

function readEnv(env: unknown): Readonly<Record<string, string | null>> {
  const path = 'command.options.env'
  if (!isRecord(env)) throw badValue(path, env, 'an object of values by variable')
  const read = Object.create(null) as Record<string, string | null>
  for (const [name, value] of Object.entries(env)) {
    // Some shells do not hand on such a name, and `env`, which does, would take the first `-` for an option.
    if (!/^[^-=\0][^=\0]*$/.test(name)) {
      throw badValue(
        `The name of a variable in ${path}`,
        name,
        "a text that is not empty, without '=', and without '-' at its beginning",
      )
    }
    read[name] = readVariable(value, `${path}.${name}`)
  }
  return Object.freeze(read)
}

function readVariable(value: unknown, path: string): string | null {
  if (value === undefined) return null
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string' && !value.includes('\0')) return value
  throw badValue(path, value, 'a text without a null character, a finite number, or undefined to remove it')
}

function readEnvFiles(envFile: unknown): readonly string[] {
  const path = 'command.options.envFile'
  if (!Array.isArray(envFile)) return Object.freeze([readText(envFile, path)])
  return Object.freeze(Array.from(envFile, (file, index) => readText(file, `${path}[${index}]`)))
}

function readProgram(value: unknown, path: string): string {
  const text = readText(value, path)
  // `exec` would take it for an option.
  if (text.startsWith('-'))
    throw badValue(path, value, "the name of a program, which does not begin with '-'")
  return text
}

function readText(value: unknown, path: string): string {
  if (readArgument(value, path).trim() === '') throw badValue(path, value, 'a text that is not empty')
  return value as string
}

function readArgument(value: unknown, path: string): string {
  if (typeof value === 'string' && !value.includes('\0')) return value
  throw badValue(path, value, 'a text without a null character')
}
