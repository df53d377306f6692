import { randomUUID } from 'node:crypto'
import type { Attempt } from '../../ports/executor.ts'
import { filled, placeholdersIn } from '../../text/placeholders.ts'
import type { CommandWork } from '../command.ts'
import { asPromptPlace, type PromptCommand, type PromptPlace, type PromptWork } from '../prompt.ts'
import { asItIs, asWord, fillText, longestText, longestValue, tooLarge, unresolved } from './fill-work.ts'
import type { ReadyWork } from './ready-work.ts'
import { StartFault } from './start-fault.ts'

/** The command of the agent that has the attempt, without its prompt. Throws a `StartFault`. */
export function openPrompt(work: PromptWork, attempt: Attempt): CommandWork {
  const { prompt: _prompt, agents: _agents, speaks, ...surroundings } = work
  const { run, resume, shell, speaks: isTrusted } = commandFor(work, attempt)
  return {
    ...surroundings,
    run: attempt.session === undefined ? run : (resume ?? run),
    ...(shell === undefined ? {} : { shell }),
    ...(speaks === true || isTrusted === true ? { speaks: true } : {}),
  }
}

/** A prompt that is about to be given to the agent which has the attempt. */
export interface GivenPrompt {
  /** What is to stand in a file. Undefined where its command reads none. */
  readonly inFile: string | undefined
  /** The id of a new session that the command is to begin. Undefined where it begins none. */
  readonly begins: string | undefined
  /** The command with the prompt, and with the path of that file. */
  commandWith(path: string | undefined): ReadyWork
}

/** Throws a `StartFault` for a prompt that cannot be given in the way in which the agent takes it. */
export function givenPrompt(command: CommandWork, asked: PromptWork, attempt: Attempt): GivenPrompt {
  const text = fillText(asked.prompt, attempt)
  const { stdin } = commandFor(asked, attempt)
  const places = new Set(textsOf(command).flatMap(placesIn))
  const begins = places.has('session') && attempt.session === undefined ? randomUUID() : undefined
  const session = attempt.session ?? begins ?? ''
  const commandWith = (path = ''): ReadyWork => {
    // In one go: a prompt may hold what looks like a place for one.
    const put = putIn(command, { prompt: text, promptFile: path, session })
    return stdin === 'prompt' ? { ...put, prompt: text } : put
  }
  if (places.has('prompt')) {
    refuseUnfit(text, attempt)
    if (textsOf(commandWith()).some((word) => Buffer.byteLength(word) > longestText)) {
      throw tooLarge(
        `The command of ${attempt.agent!} would be longer than 128 KiB with its prompt: ${remedy}`,
      )
    }
  }
  return { inFile: places.has('promptFile') ? text : undefined, begins, commandWith }
}

const remedy = 'it takes one that is so long by ${{ promptFile }} or stdin: prompt alone'

function refuseUnfit(prompt: string, { agent }: Attempt): void {
  if (prompt.includes('\0'))
    throw unresolved('The prompt has a null character, which no command can be given')
  const bytes = Buffer.byteLength(prompt)
  if (bytes <= longestValue) return
  throw tooLarge(
    `The prompt has ${bytes} bytes, and the command of ${agent!} takes at most 64 KiB as a word: ${remedy}`,
  )
}

function commandFor({ agents }: PromptWork, { agent }: Attempt): PromptCommand {
  const command = agent !== undefined && Object.hasOwn(agents, agent) ? agents[agent] : undefined
  if (command !== undefined) return command
  const who = agent === undefined ? 'The attempt has no agent' : `The agent '${agent}' has no command`
  throw new StartFault({ code: 'COMMAND_NOT_STARTED', message: `${who} that a prompt could be given to.` })
}

function textsOf({ run }: CommandWork): readonly string[] {
  return typeof run === 'string' ? [run] : run
}

function placesIn(text: string): readonly PromptPlace[] {
  return placeholdersIn(text).flatMap(({ name }) => asPromptPlace(name) ?? [])
}

function putIn(work: CommandWork, texts: Readonly<Record<PromptPlace, string>>): CommandWork {
  const { run } = work
  const fill = (text: string, put: (value: string) => string): string =>
    filled(text, (name) => {
      const place = asPromptPlace(name)
      return place === undefined ? undefined : put(texts[place])
    })
  if (typeof run === 'string') return { ...work, run: fill(run, asWord) }
  const [file, ...args] = run
  return { ...work, run: [file, ...args.map((text) => fill(text, asItIs))] }
}
