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

_dagmar_ids() { # the lines that dagmar prints for these words, as ids
  local id begun=$current quote=''
  case $begun in
    [\"\']*) quote=${'${begun:0:1}'} begun=${'${begun:1}'} ;;
    *) begun=${'${begun//\\\\/}'} ;;
  esac
  while IFS= read -r id; do
    if [[ $id == "$begun"* ]]; then
      if [[ -n $quote ]]; then COMPREPLY+=("$id"); else COMPREPLY+=("$(printf %q "$id")"); fi
    fi
  done < <("${'${COMP_WORDS[0]}'}" "$@" 2>/dev/null)
}

_dagmar_tasks() { # the tasks of the plan on the line
  if [[ -n $plan ]]; then _dagmar_ids check --ids "$plan"; fi
}

_dagmar_jobs() {
  local id
  while IFS= read -r id; do COMPREPLY+=("$id"); done < <(compgen -W "$("${'${COMP_WORDS[0]}'}" jobs --ids 2>/dev/null)" -- "$current")
}

_dagmar_job_tasks() { # the tasks of the first job on the line
  if [[ -n $job ]]; then _dagmar_ids jobs "$job" --ids; fi
}

_dagmar_position() { # how many words stand before, and the first of them; $1 has the options that take a value
  local index word skipped=''
  count=0 job=''
  for ((index = 2; index < COMP_CWORD; index++)); do
    word=${'${COMP_WORDS[index]}'}
    if [[ $word == '=' ]]; then skipped=1
    elif [[ -n $skipped ]]; then skipped=''
    elif [[ $word == -* ]]; then if [[ " $1 " == *" $word "* ]]; then skipped=1; fi
    else
      if ((count == 0)); then job=$word; fi
      count=$((count + 1))
    fi
  done
}

_dagmar() {
  local current=${'${COMP_WORDS[COMP_CWORD]}'} command='' plan='' option='' job='' count=0 word index
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

function commandCase({ name, options, words }: CompletedCommand): string {
  const flags = linesOf(options.flatMap((option) => option.flags.filter((flag) => flag.startsWith('--'))))
  const values = options.flatMap(valueCase)
  const taking = options.filter(({ takes }) => takes !== undefined).flatMap((option) => option.flags)
  return [
    `    ${name})`,
    `      _dagmar_position ${shellWord(taking.join(' '))}`,
    ...(values.length === 0 ? [] : ['      case $before in', ...values, '      esac']),
    ...options.flatMap(variadicCase),
    ...(options.length === 0
      ? []
      : [`      if [[ $current == -* ]]; then _dagmar_words ${flags}; return; fi`]),
    ...wordLines(words),
    '      ;;',
  ].join('\n')
}

/** What is offered by the number of the word. */
function wordLines(words: readonly Completed[]): string[] {
  const [only, ...others] = words
  if (only === undefined) return []
  if (others.length === 0) return [`      ${answer(only)}`]
  const cases = words.map(
    (completed, index) => `        ${index === words.length - 1 ? '*' : index}) ${answer(completed)} ;;`,
  )
  return ['      case $count in', ...cases, '      esac']
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
    case 'job':
      return '_dagmar_jobs'
    case 'job-task':
      return '_dagmar_job_tasks'
    case 'job-or-task':
      return '_dagmar_jobs; _dagmar_job_tasks'
    case 'text':
      return ':'
    default:
      return `_dagmar_words ${linesOf(completed)}`
  }
}

function linesOf(words: readonly string[]): string {
  return `$${shellWord(words.join(String.raw`\n`))}`
}
