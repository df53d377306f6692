import type { Completed, CompletedCommand, CompletedOption } from './completed-command.ts'
import { shellWord } from './shell-word.ts'

/**
 * bash asks with the words of the line in COMP_WORDS and takes answers from COMPREPLY. It cuts words at `=`, and leaves
 * it to us to quote ids with blanks or brackets.
 */
export function bashScript(commands: readonly CompletedCommand[]): string {
  return String.raw`# Completion of dagmar for bash: source <(dagmar completion bash)

_dagmar_words() { # the words of $1 that begin like the one being written
  local IFS=$'\n'
  COMPREPLY+=($(compgen -W "$1" -- "$current"))
}

_dagmar_files() { # files whose names end as in $1, and folders
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    if [[ -d $name || $name =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

_dagmar_folders() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -d -- "$current")
}

_dagmar_tasks() { # the tasks of the plan on the line
  local id begun=$current quote=''
  if [[ -z $plan ]]; then return; fi
  case $begun in
    [\"\']*) quote=${'${begun:0:1}'} begun=${'${begun:1}'} ;;
    *) begun=${'${begun//\\\\/}'} ;;
  esac
  while IFS= read -r id; do
    if [[ $id == "$begun"* ]]; then
      if [[ -n $quote ]]; then COMPREPLY+=("$id"); else COMPREPLY+=("$(printf %q "$id")"); fi
    fi
  done < <("${'${COMP_WORDS[0]}'}" check --ids "$plan" 2>/dev/null)
}

_dagmar() {
  local current=${'${COMP_WORDS[COMP_CWORD]}'} command='' plan='' option='' word index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${'${COMP_WORDS[index]}'}
    case $word in
      =) ;;
      -*) option=$word ;;
      *) if [[ -z $command ]]; then command=$word
         elif [[ $word =~ \.(ya?ml|json)$ && -f $word ]]; then plan=$word; fi ;;
    esac
  done
  # --option=value comes as three words
  local before=${'${COMP_WORDS[COMP_CWORD-1]}'}
  if [[ $current == '=' ]]; then current=''
  elif [[ $before == '=' ]]; then before=$option; fi
  # a plan may also follow the word that is being written
  for ((index = COMP_CWORD + 1; index < ${'${#COMP_WORDS[@]}'}; index++)); do
    word=${'${COMP_WORDS[index]}'}
    if [[ -z $plan && $word =~ \.(ya?ml|json)$ && -f $word ]]; then plan=$word; fi
  done
  case $command in
    '') _dagmar_words ${linesOf(['--help', '--version', ...commands.map(({ name }) => name)])} ;;
${commands.map(commandCase).join('\n')}
  esac
}

complete -F _dagmar dagmar
`
}

function commandCase({ name, options, argument }: CompletedCommand): string {
  const flags = linesOf(options.flatMap((option) => option.flags.filter((flag) => flag.startsWith('--'))))
  const values = options.flatMap(valueCase)
  return [
    `    ${name})`,
    ...(values.length === 0 ? [] : ['      case $before in', ...values, '      esac']),
    ...options.flatMap(variadicCase),
    ...(options.length === 0
      ? []
      : [`      if [[ $current == -* ]]; then _dagmar_words ${flags}; return; fi`]),
    ...(argument === undefined ? [] : [`      ${answer(argument)}`]),
    '      ;;',
  ].join('\n')
}

function valueCase({ flags, takes }: CompletedOption): string[] {
  return takes === undefined ? [] : [`        ${flags.join('|')}) ${answer(takes)}; return ;;`]
}

/** After `--only a` there may be another task, or the plan. */
function variadicCase({ flags, takes, isVariadic }: CompletedOption): string[] {
  if (!isVariadic || takes === undefined) return []
  const isLast = flags.map((flag) => `$option == ${flag}`).join(' || ')
  return [`      if [[ ( ${isLast} ) && $current != -* ]]; then ${answer(takes)}; fi`]
}

function answer(completed: Completed): string {
  switch (completed) {
    case 'plan':
      return String.raw`_dagmar_files '\.(ya?ml|json)$'`
    case 'file':
      return `_dagmar_files ''`
    case 'folder':
      return '_dagmar_folders'
    case 'task':
      return '_dagmar_tasks'
    case 'text':
      return ':'
    default:
      return `_dagmar_words ${linesOf(completed)}`
  }
}

function linesOf(words: readonly string[]): string {
  return `$${shellWord(words.join(String.raw`\n`))}`
}
