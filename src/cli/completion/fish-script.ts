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
    'function __dagmar_words',
    '  for word in (commandline -opc)[3..-1]',
    "    string match -q -- '-*' $word; or echo $word",
    '  end',
    'end',
    '',
    'function __dagmar_job_tasks',
    '  set -l words (__dagmar_words)',
    '  if set -q words[1]',
    '    dagmar jobs $words[1] --ids 2>/dev/null',
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

function linesOf({ name, options, words }: CompletedCommand): string[] {
  const isSeen = `__fish_seen_subcommand_from ${name}`
  const isAt = (index: number): string => {
    if (words.length === 1) return isSeen
    const relation = index === words.length - 1 ? '-ge' : '-eq'
    return `${isSeen}; and test (count (__dagmar_words)) ${relation} ${index}`
  }
  return [
    ...options.map((option) => `complete -c dagmar -n ${word(isSeen)} ${optionWords(option)}`),
    ...words.flatMap((completed, index) =>
      completed === 'text' ? [] : [`complete -c dagmar -n ${word(isAt(index))} ${argumentWords(completed)}`],
    ),
  ]
}

function optionWords({ flags, summary, takes }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = takes === undefined ? [] : [`-x${takes === 'text' ? '' : ` -a ${word(answer(takes))}`}`]
  return [...names, ...value, '-d', word(summary)].join(' ')
}

function argumentWords(argument: Exclude<Completed, 'text'>): string {
  const isOrdered = ordered.has(argument) ? '-k ' : ''
  return `${isOrdered}-a ${word(answer(argument))}`
}

const ordered: ReadonlySet<Completed> = new Set(['plan', 'job', 'job-or-task'])

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
    case 'job':
      return '(dagmar jobs --ids 2>/dev/null)'
    case 'job-task':
      return '(__dagmar_job_tasks)'
    case 'job-or-task':
      return '(dagmar jobs --ids 2>/dev/null; __dagmar_job_tasks)'
    default:
      return completed.join(' ')
  }
}

/** A text as one word for fish. */
function word(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}
