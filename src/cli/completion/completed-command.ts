import type { Argument, Command, Option } from 'commander'

/** What a word may be: one of some, or of a kind. `text` is anything. */
export type Completed = readonly string[] | 'plan' | 'task' | 'file' | 'folder' | 'text'

export interface CompletedOption {
  /** `-f`, `--format`. */
  readonly flags: readonly string[]
  readonly summary: string
  /** What follows it; undefined for a flag that stands alone. */
  readonly takes: Completed | undefined
  /** More than one word may follow. */
  readonly isVariadic: boolean
}

/** A command as completion sees it. */
export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly CompletedOption[]
  /** What the command's first argument may be. */
  readonly argument: Completed | undefined
}

/** Reads the commands from the program, so that none can be forgotten. */
export function completedCommands(program: Command): readonly CompletedCommand[] {
  const commands = program.commands.map((command): CompletedCommand => {
    const [argument] = command.registeredArguments
    const help: CompletedOption = {
      flags: ['--help'],
      summary: 'print this help',
      takes: undefined,
      isVariadic: false,
    }
    return {
      name: command.name(),
      summary: command.summary(),
      options: [...command.options.filter(({ hidden }) => !hidden).map(completedOption), help],
      argument: argument === undefined ? undefined : completedArgument(argument),
    }
  })
  const help = { name: 'help', summary: 'print the help of a command', options: [] }
  return [...commands, { ...help, argument: commands.map(({ name }) => name) }]
}

function completedOption(option: Option): CompletedOption {
  const takes = option.required || option.optional ? valueOf(option) : undefined
  return {
    flags: [option.short, option.long].flatMap((flag) => flag ?? []),
    summary: option.description,
    takes,
    isVariadic: option.variadic,
  }
}

/** Told by the value's name in the flags: `<task...>`, `<file>`, `<dir>`. */
function valueOf({ argChoices, flags }: Option): Completed {
  if (argChoices !== undefined) return argChoices
  const name = /[<[]([\w-]+)/.exec(flags)?.[1]
  if (name === 'task' || name === 'file') return name
  return name === 'dir' || name === 'folder' ? 'folder' : 'text'
}

function completedArgument(argument: Argument): Completed {
  if (argument.argChoices !== undefined) return argument.argChoices
  return argument.name() === 'plan' ? 'plan' : 'file'
}
