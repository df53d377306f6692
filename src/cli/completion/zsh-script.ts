import type { Completed, CompletedCommand, CompletedOption } from './completed-command.ts'
import { shellWord } from './shell-word.ts'

/** zsh is given specifications of options and arguments, for its own `_arguments`. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return String.raw`#compdef dagmar
# Completion of dagmar for zsh: source <(dagmar completion zsh), or a file _dagmar in a folder of $fpath

_dagmar_plans() { _files -g '*.(yaml|yml|json)(-.)' }

_dagmar_tasks() { # the tasks of the plan on the line
  local word plan
  local -a ids
  for word in $words; do
    if [[ $word == *.(yaml|yml|json) && -f $word ]]; then plan=$word; fi
  done
  if [[ -z $plan ]]; then return 1; fi
  ids=("${'${(@f)$(dagmar check --ids $plan 2>/dev/null)}'}")
  compadd -- $ids
}

_dagmar_jobs() {
  local -a ids
  ids=("${'${(@f)$(dagmar jobs --ids 2>/dev/null)}'}")
  if [[ -n $ids[1] ]]; then compadd -V jobs -- $ids; fi
}

_dagmar_job_tasks() { # the tasks of the first job on the line
  local word job
  local -a ids
  for word in ${'${words[2,CURRENT-1]}'}; do
    if [[ -z $job && $word != -* ]]; then job=$word; fi
  done
  if [[ -z $job ]]; then return 1; fi
  ids=("${'${(@f)$(dagmar jobs $job --ids 2>/dev/null)}'}")
  if [[ -n $ids[1] ]]; then compadd -- $ids; fi
}

_dagmar_jobs_or_tasks() { _dagmar_jobs; _dagmar_job_tasks }

_dagmar() {
  local curcontext=$curcontext state
  local -a line commands
  commands=(
${commands.map(({ name, summary }) => `    ${shellWord(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C '(- *)--help[print this help]' '(- *)--version[print the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _dagmar "$@"
else
  compdef _dagmar dagmar
fi
`
}

function commandCase({ name, options, words }: CompletedCommand): string {
  const specifications = [
    ...options.flatMap(optionSpecs),
    ...words.map((completed, index) => {
      const isLast = index > 0 && index === words.length - 1
      return `${isLast ? '*' : index + 1}:argument:${action(completed)}`
    }),
  ]
  return `        ${name}) _arguments ${specifications.map(shellWord).join(' ')} ;;`
}

function optionSpecs({ flags, summary, takes, isVariadic }: CompletedOption): string[] {
  const text = summary.replaceAll(/[[\]\\]/g, String.raw`\$&`)
  const value = takes === undefined ? '' : `:value:${action(takes)}`
  return flags.map((flag) => {
    const isLong = flag.startsWith('--')
    return `${isVariadic ? '*' : ''}${flag}${isLong && takes !== undefined ? '=' : ''}[${text}]${value}`
  })
}

function action(completed: Completed): string {
  switch (completed) {
    case 'plan':
      return '_dagmar_plans'
    case 'file':
      return '_files'
    case 'folder':
      return '_files -/'
    case 'task':
      return '_dagmar_tasks'
    case 'job':
      return '_dagmar_jobs'
    case 'job-task':
      return '_dagmar_job_tasks'
    case 'job-or-task':
      return '_dagmar_jobs_or_tasks'
    case 'text':
      return ''
    default:
      return `(${completed.join(' ')})`
  }
}
