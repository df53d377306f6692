import type { PromptCommand } from '../executors/prompt.ts'
import type { AgentOptions } from '../runtime/agents/agent-options.ts'
import { type CloseCommand, closeCommandOf, promptCommandOf } from './agent-commands.ts'
import { placeholdersIn } from '../text/placeholders.ts'
import type { WrittenAgent } from './agent-fields.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import { shortened } from './templates.ts'

/** An agent of a plan file, or of the user's configuration. */
export interface PlanAgent {
  /** For `agents({ list })` of `dagmar/agents`. It may be silent for any time. */
  readonly options: AgentOptions
  /** How it is given prompts. Undefined where it takes none. */
  readonly command: PromptCommand | undefined
  /** What closes its sessions. Undefined where nothing does. */
  readonly close: CloseCommand | undefined
}

/** True for a command that names the model of the task. */
export function namesModel({ run, resume = '' }: PromptCommand): boolean {
  return [run, resume].flat().some((word) => placeholdersIn(word).some(({ name }) => name === 'model'))
}

/** Reads what has the right shape, and reports what else is wrong with it. `folder` is that of the file. */
export function agentsOf(
  written: readonly WrittenAgent[],
  reporter: ProblemReporter,
  folder: string,
): readonly PlanAgent[] {
  const ids = new Set<string>()
  return written.map((agent, index) => {
    const path: Path = ['agents', index]
    const { id, capabilities = [], maxLoad = 1, models, allowance = {}, keep, idle } = agent
    if (ids.has(id)) reporter.report([...path, 'id'], `is '${shortened(id)}', and there is another one.`)
    ids.add(id)
    if (models !== undefined && allowance.models !== undefined) {
      reporter.report([...path, 'models'], 'is set, and so is models in its allowance.', {
        part: 'key',
        hint: 'Take one of them away.',
      })
    }
    const all = models === undefined ? allowance : { ...allowance, models }
    if (idle !== undefined && keep !== true) {
      reporter.report([...path, 'idle'], 'is set, but the sessions of the agent do not outlive their runs.', {
        part: 'key',
        hint: 'Set keep: true, or take it away.',
      })
    }
    const ttl = Number.POSITIVE_INFINITY
    const stay = { ...(keep === undefined ? {} : { keep }), ...(idle === undefined ? {} : { idle }) }
    return {
      options: { id, capabilities, maxLoad, ttl, allowance: all, ...stay },
      command: promptCommandOf(agent, path, reporter),
      close: closeCommandOf(agent, path, reporter, folder),
    }
  })
}
