import { type Fields, isRecord } from '../graph/read-values.ts'
import type { Work } from '../graph/work.ts'
import { type CommandOptions, type CommandWork, readSurroundings, stallDefaults } from './command.ts'

/**
 * How a prompt is given to an agent: a command, in which `${{ prompt }}`, `${{ promptFile }}` and `${{ session }}` are filled
 * in.
 */
export interface PromptCommand {
  /** A line for the shell, or a file and its arguments. */
  readonly run: string | readonly [file: string, ...args: string[]]
  /** The command for an attempt that goes on with a session. @default `run` */
  readonly resume?: string | readonly [file: string, ...args: string[]]
  readonly shell?: string
  /** The prompt comes on its stdin, which is closed after it. */
  readonly stdin?: 'prompt'
  readonly speaks?: true
}

/**
 * What the process executor needs to know of a prompt that is for whichever agent gets the attempt. Plain data, equal for
 * equal prompts.
 */
export interface PromptWork extends Omit<CommandWork, 'run' | 'shell' | 'stdin'> {
  /** May hold `${{ … }}` that stand for values of the run. */
  readonly prompt: string
  /** The commands of the agents that it may be given to, by id. */
  readonly agents: Readonly<Record<string, PromptCommand>>
}

/** A task whose work is done by the agent that gets it. Throws `CONFIG_INVALID`. */
export function promptWork(
  work: Pick<PromptWork, 'prompt' | 'agents' | 'fillsFrom'>,
  options: Omit<CommandOptions, 'shell' | 'stdin'>,
): Work {
  const around = readSurroundings(options as Fields)
  return Object.freeze({
    executor: 'process',
    work: Object.freeze({ ...work, ...around }),
    defaults: stallDefaults,
  })
}

/** The work if it is a prompt, else undefined: a plan may give an executor any work. */
export function asPromptWork(work: unknown): PromptWork | undefined {
  return isRecord(work) && typeof work['prompt'] === 'string' && isRecord(work['agents'])
    ? (work as unknown as PromptWork)
    : undefined
}

/** `session`: the one that it goes on with; where there is none, a new one, which the attempt leaves. */
export type PromptPlace = 'prompt' | 'promptFile' | 'session'

/** What a `${{ name }}` in the command of an agent stands for. */
export function asPromptPlace(name: string): PromptPlace | undefined {
  return name === 'prompt' || name === 'promptFile' || name === 'session' ? name : undefined
}
