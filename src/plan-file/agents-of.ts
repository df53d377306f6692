import { asPromptPlace, type PromptCommand } from '../executors/prompt.ts'
import type { AgentOptions } from '../runtime/agents/agent-options.ts'
import { placeholdersIn } from '../text/placeholders.ts'
import type { WrittenAgent } from './agent-fields.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import { refuseMisplaced, shortened, type ValuePlaces } from './templates.ts'

/** An agent of a plan file, or of the user's configuration. */
export interface PlanAgent {
  /** For `agents({ list })` of `dagmar/agents`. It may be silent for any time. */
  readonly options: AgentOptions
  /** How it is given prompts. Undefined where it takes none. */
  readonly command: PromptCommand | undefined
}

/** True for a command that names the model of the task. */
export function namesModel({ run }: PromptCommand): boolean {
  return [run].flat().some((word) => placeholdersIn(word).some(({ name }) => name === 'model'))
}

/** Reads what has the right shape, and reports what else is wrong with it. */
export function agentsOf(written: readonly WrittenAgent[], reporter: ProblemReporter): readonly PlanAgent[] {
  const ids = new Set<string>()
  return written.map((agent, index) => {
    const path: Path = ['agents', index]
    const { id, capabilities = [], maxLoad = 1, models, allowance = {} } = agent
    if (ids.has(id)) reporter.report([...path, 'id'], `is '${shortened(id)}', and there is another one.`)
    ids.add(id)
    if (models !== undefined && allowance.models !== undefined) {
      reporter.report([...path, 'models'], 'is set, and so is models in its allowance.', {
        part: 'key',
        hint: 'Take one of them away.',
      })
    }
    const all = models === undefined ? allowance : { ...allowance, models }
    const options = { id, capabilities, maxLoad, ttl: Number.POSITIVE_INFINITY, allowance: all }
    return { options, command: commandOf(agent, path, reporter) }
  })
}

const ofCommands = ['shell', 'stdin', 'speaks'] as const

function commandOf(agent: WrittenAgent, path: Path, reporter: ProblemReporter): PromptCommand | undefined {
  const { places, report } = reporter
  const { run, shell, stdin, speaks } = agent
  if (run === undefined) {
    for (const field of ofCommands) {
      if (agent[field] === undefined) continue
      report([...path, field], 'is set, but the agent has no command.', { part: 'key' })
    }
    return undefined
  }
  const at = [...path, 'run']
  const words = typeof run === 'string' ? [run] : run.map((_, index) => places.textOf(run, index))
  const [first, ...rest] = words
  const found = words.flatMap((word, index) => {
    const place = typeof run === 'string' ? at : [...at, index]
    return placeholdersIn(word).map(({ name, from, to }) => ({ name, whole: word.slice(from, to), place }))
  })
  for (const { name, whole, place } of found) {
    if (isMeant(name)) continue
    const guess = reporter.didYouMean(name, ['prompt', 'promptFile', 'model'])
    report(place, `has ${shortened(whole)}, but only prompt, promptFile and model are known there.${guess}`)
  }
  if (stdin === undefined && found.every(({ name }) => name === 'model')) {
    report(at, 'has no place for the prompt of a task.', {
      hint: 'Write ${{ prompt }} or ${{ promptFile }} as a word of it, or set stdin: prompt.',
    })
  }
  const more = {
    ...(stdin === undefined ? {} : { stdin }),
    ...(speaks === true ? { speaks } : {}),
  } as const
  if (typeof run !== 'string') {
    if (shell !== undefined) report([...path, 'shell'], 'is set, but a list runs without a shell.')
    if (placeholdersIn(first!).length > 0)
      report([...at, 0], 'names the program, which neither a prompt nor a model must choose.')
    return { run: [first!, ...rest], ...more }
  }
  refuseMisplaced(run, shell ?? '/bin/sh', at, reporter, promptPlaces)
  return { run, ...(shell === undefined ? {} : { shell }), ...more }
}

const isMeant = (name: string): boolean => name === 'model' || asPromptPlace(name) !== undefined

const promptPlaces: ValuePlaces = {
  isMeant,
  hint: () => 'Write it as a word of its own, or set stdin: prompt.',
}
