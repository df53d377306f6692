import { asPromptPlace, type PromptCommand } from '../executors/prompt.ts'
import { placeholdersIn } from '../text/placeholders.ts'
import type { WrittenAgent } from './agent-fields.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import { refuseMisplaced, shortened, type ValuePlaces } from './templates.ts'

/** The command that ends what a session of an agent stands for. */
export interface CloseCommand {
  /** A line for the shell, or a file and its arguments, in which `${{ session }}` is filled in. */
  readonly run: string | readonly [file: string, ...args: string[]]
  readonly shell?: string
  /** Where it runs: the folder of the file that it stands in. */
  readonly cwd: string
}

type Run = PromptCommand['run']

const ofCommands = ['resume', 'stdin', 'speaks'] as const

/** How an agent is given prompts. Undefined where it takes none. */
export function promptCommandOf(
  agent: WrittenAgent,
  path: Path,
  reporter: ProblemReporter,
): PromptCommand | undefined {
  const { report } = reporter
  const { run, resume, shell, stdin, speaks, close } = agent
  const texts = [run, resume, close].filter((one) => typeof one === 'string')
  if (shell !== undefined && texts.length === 0) {
    const isList = run !== undefined || close !== undefined
    if (isList) report([...path, 'shell'], 'is set, but a list runs without a shell.')
    else report([...path, 'shell'], 'is set, but the agent has no command.', { part: 'key' })
  }
  if (run === undefined) {
    for (const field of ofCommands) {
      if (agent[field] === undefined) continue
      report([...path, field], 'is set, but the agent has no command.', { part: 'key' })
    }
    return undefined
  }
  const kind: Kind = {
    places: ['prompt', 'promptFile', 'model', 'session'],
    needsPrompt: stdin === undefined,
  }
  const asked = { shell, reporter }
  return {
    run: readRun(run, [...path, 'run'], kind, asked),
    ...(resume === undefined ? {} : { resume: readRun(resume, [...path, 'resume'], kind, asked) }),
    ...(shell === undefined ? {} : { shell }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(speaks === true ? { speaks } : {}),
  }
}

/** What closes its sessions. Undefined where nothing does. */
export function closeCommandOf(
  { close, shell }: WrittenAgent,
  path: Path,
  reporter: ProblemReporter,
  cwd: string,
): CloseCommand | undefined {
  if (close === undefined) return undefined
  const kind: Kind = { places: ['session'], needsPrompt: false }
  const run = readRun(close, [...path, 'close'], kind, { shell, reporter })
  return { run, ...(shell === undefined ? {} : { shell }), cwd }
}

interface Kind {
  /** What may be filled in. */
  readonly places: readonly string[]
  readonly needsPrompt: boolean
}

interface Around {
  readonly shell: string | undefined
  readonly reporter: ProblemReporter
}

function readRun(
  run: NonNullable<WrittenAgent['run']>,
  at: Path,
  kind: Kind,
  { shell, reporter }: Around,
): Run {
  const { places, report } = reporter
  const words = typeof run === 'string' ? [run] : run.map((_, index) => places.textOf(run, index))
  const [first, ...rest] = words
  const found = words.flatMap((word, index) => {
    const place = typeof run === 'string' ? at : [...at, index]
    return placeholdersIn(word).map(({ name, from, to }) => ({ name, whole: word.slice(from, to), place }))
  })
  for (const { name, whole, place } of found) {
    if (kind.places.includes(name)) continue
    const guess = reporter.didYouMean(name, kind.places)
    report(place, `has ${shortened(whole)}, but only ${namesOf(kind)} known there.${guess}`)
  }
  if (kind.needsPrompt && found.every(({ name }) => name === 'session' || name === 'model')) {
    report(at, 'has no place for the prompt of a task.', {
      hint: 'Write ${{ prompt }} or ${{ promptFile }} as a word of it, or set stdin: prompt.',
    })
  }
  if (typeof run !== 'string') {
    if (placeholdersIn(first!).length > 0)
      report([...at, 0], 'names the program, which nothing that is filled in must choose.')
    return [first!, ...rest]
  }
  refuseMisplaced(run, shell ?? '/bin/sh', at, reporter, valuePlaces)
  return run
}

function namesOf({ places }: Kind): string {
  const [first, ...others] = places
  return others.length === 0 ? `${first!} is` : `${places.slice(0, -1).join(', ')} and ${places.at(-1)!} are`
}

const valuePlaces: ValuePlaces = {
  isMeant: (name) => name === 'model' || asPromptPlace(name) !== undefined,
  hint: (name) =>
    name === 'session' || name === 'model'
      ? 'Write it as a word of its own.'
      : 'Write it as a word of its own, or set stdin: prompt.',
}
