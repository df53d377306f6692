import type { Argument, Command, Option } from 'commander'
import { jobStatuses } from '../jobs/job-look.ts'

/**
 * What a word may be: one of some, or of a kind. `task` is one of the plan on the line, `job-task` one of the first job on
 * it, `text` is anything.
 */
export type Completed =
  | readonly string[]
  | 'plan'
  | 'task'
  | 'file'
  | 'folder'
  | 'job'
  | 'job-task'
  | 'job-or-task'
  | 'text'

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
  /** What its words may be, in their order; all that follow are as the last one. */
  readonly words: readonly Completed[]
}

/** Reads the commands from the program, so that none can be forgotten. */
export function completedCommands(program: Command): readonly CompletedCommand[] {
  const commands = program.commands.map((command): CompletedCommand => {
    const help: CompletedOption = {
      flags: ['--help'],
      summary: 'print this help',
      takes: undefined,
      isVariadic: false,
    }
    const isOfJob = command.registeredArguments[0]?.name() === 'job'
    return {
      name: command.name(),
      summary: command.summary(),
      options: [
        ...command.options.filter(({ hidden }) => !hidden).map((option) => completedOption(option, isOfJob)),
        help,
      ],
      words: wordsOf(command),
    }
  })
  const help = { name: 'help', summary: 'print the help of a command', options: [] }
  return [...commands, { ...help, words: [commands.map(({ name }) => name)] }]
}

function wordsOf(command: Command): readonly Completed[] {
  const below = command.createHelp().visibleCommands(command)
  if (command.commands.length > 0) return [below.map((sub) => sub.name()).filter((name) => name !== 'help')]
  const words = command.registeredArguments.map(completedArgument)
  const takesTask = command.options.some(({ long }) => long === '--task')
  return takesTask ? [...words, 'job-or-task'] : words
}

function completedOption(option: Option, isOfJob: boolean): CompletedOption {
  const takes = option.required || option.optional ? valueOf(option, isOfJob) : undefined
  return {
    flags: [option.short, option.long].flatMap((flag) => flag ?? []),
    summary: option.description,
    takes,
    isVariadic: option.variadic,
  }
}

/** Told by the value's name in the flags: `<task...>`, `<file>`, `<dir>`. */
function valueOf({ argChoices, flags }: Option, isOfJob: boolean): Completed {
  if (argChoices !== undefined) return argChoices
  const [, name = ''] = /[<[]([\w-]+)/.exec(flags) ?? []
  switch (name) {
    case 'task':
      return isOfJob ? 'job-task' : 'task'
    case 'file':
    case 'job':
      return name
    case 'status':
      return ['open', 'settled', ...jobStatuses]
    case 'dir':
    case 'folder':
      return 'folder'
    default:
      return 'text'
  }
}

function completedArgument(argument: Argument): Completed {
  if (argument.argChoices !== undefined) return argument.argChoices
  switch (argument.name()) {
    case 'plan':
    case 'job':
      return argument.name() as 'plan' | 'job'
    case 'task':
      return 'job-task'
    case 'answer':
      return 'text'
    default:
      return 'file'
  }
}
