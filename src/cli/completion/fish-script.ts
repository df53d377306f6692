import type { Completed, CompletedCommand, CompletedOption } from './completed-command.ts'

/** fish is given a line a word. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const isFirst = `not __fish_seen_subcommand_from ${names}`
  return [
    '# Completion of dagmar for fish: dagmar completion fish > ~/.config/fish/completions/dagmar.fish',
    '',
    'function __dagmar_tasks',
    '  for word in (commandline -opc) (commandline -op)',
    `    if string match -qr '\\.(ya?ml|json)$' -- $word; and test -f $word`,
    '      dagmar check --ids $word 2>/dev/null',
    '      return',
    '    end',
    '  end',
    'end',
    '',
    'complete -c dagmar -f',
    `complete -c dagmar -n ${word(isFirst)} -l help -d 'print this help'`,
    `complete -c dagmar -n ${word(isFirst)} -l version -d 'print the version'`,
    ...commands.flatMap((command) => [
      '',
      `complete -c dagmar -n ${word(isFirst)} -a ${command.name} -d ${word(command.summary)}`,
      ...linesOf(command),
    ]),
    '',
  ].join('\n')
}

function linesOf({ name, options, argument }: CompletedCommand): string[] {
  const head = `complete -c dagmar -n '__fish_seen_subcommand_from ${name}'`
  return [
    ...options.map((option) => `${head} ${optionWords(option)}`),
    ...(argument === undefined ? [] : [`${head} ${argumentWords(argument)}`]),
  ]
}

function optionWords({ flags, summary, takes }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = takes === undefined ? [] : [`-x${takes === 'text' ? '' : ` -a ${word(answer(takes))}`}`]
  return [...names, ...value, '-d', word(summary)].join(' ')
}

function argumentWords(argument: Completed): string {
  const isOrdered = argument === 'plan' ? '-k ' : ''
  return argument === 'text' ? '' : `${isOrdered}-a ${word(answer(argument))}`
}

function answer(completed: Exclude<Completed, 'text'>): string {
  switch (completed) {
    case 'plan':
      return '(__fish_complete_suffix .yaml .yml .json)'
    case 'file':
      return '(__fish_complete_path (commandline -ct))'
    case 'folder':
      return '(__fish_complete_directories (commandline -ct))'
    case 'task':
      return '(__dagmar_tasks)'
    default:
      return completed.join(' ')
  }
}

/** A text as one word for fish. */
function word(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
