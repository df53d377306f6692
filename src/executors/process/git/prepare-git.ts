import { makeStateFolder } from '../../../system/state-folder.ts'
import type { Attempt, Report } from '../../../ports/executor.ts'
import { attemptIdOf } from '../../attempt.ts'
import type { CommandWork } from '../../command.ts'
import type { Environment } from '../environment.ts'
import { handleOf, type Noted } from '../process-handle.ts'
import { gitVariables, withoutRepository } from './git-variables.ts'
import { snapshot } from './snapshot.ts'
import { tidyWorktree } from './tidy-worktree.ts'
import { addWorktree, notMade, planWorktree, type Worktree } from './worktree.ts'

export interface Preparing {
  readonly attempt: Attempt
  readonly work: CommandWork
  readonly environment: Environment
  /** The directory of the worktrees. @default one in the user's state directory */
  readonly worktreeDir: string | undefined
  readonly report: Report
  /** Aborted when the attempt is to end. */
  readonly signal: AbortSignal
}

export interface Prepared {
  /** What the command is run with instead. */
  readonly work: CommandWork
  readonly environment: Environment
  readonly noted: Noted
  readonly tidy?: (report: Report) => Promise<void>
}

/**
 * What git has to do before a command runs: the snapshot of its repository, and its worktree. Throws a `StartFault`, and
 * leaves nothing then.
 */
export async function prepareGit(preparing: Preparing): Promise<Prepared> {
  const { attempt, work, environment, signal } = preparing
  const variables = gitVariables(environment.variables)
  const options = { cwd: work.cwd ?? process.cwd(), variables, signal }
  const taken = work.git === undefined ? {} : { snapshot: await snapshot(attempt, options, environment.mark) }
  if (work.worktree !== true) return { work, environment, noted: taken }

  const base = preparing.worktreeDir ?? makeStateFolder(process.env, 'worktrees')
  try {
    const { worktree, cwd } = await planWorktree(attempt, base, options)
    const noted = { ...taken, worktree }
    // Before it is made: what a later coordinator does not know of, it cannot remove.
    await attempt.note(handleOf(null, environment.mark, noted))
    try {
      await addWorktree(worktree, cwd, options)
    } catch (thrown) {
      await tidied(worktree, attempt, variables, true)(preparing.report)
      throw thrown
    }
    return {
      work: { ...work, cwd },
      environment: { ...environment, variables: commandVariables(environment.variables, work) },
      noted,
      tidy: tidied(worktree, attempt, variables, false),
    }
  } catch (thrown) {
    throw notMade(thrown)
  }
}

/** Its own git must find the worktree, wherever the git around dagmar was. What the task says itself is meant. */
function commandVariables(
  variables: Readonly<Record<string, string>>,
  { env = {} }: CommandWork,
): Readonly<Record<string, string>> {
  const own = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null)
  return { ...withoutRepository(variables), ...Object.fromEntries(own.filter(([name]) => name in variables)) }
}

function tidied(
  worktree: Worktree,
  attempt: Attempt,
  variables: Readonly<Record<string, string>>,
  isUnused: boolean,
): (report: Report) => Promise<void> {
  return (report) =>
    tidyWorktree(worktree, {
      variables,
      subject: subjectOf(attemptIdOf(attempt)),
      isUnused,
      warn: (message) => report({ type: 'attempt.warned', message }),
      say: (text) => report({ type: 'attempt.output', text, stream: 'log' }),
    })
}

function subjectOf(attemptId: string): string {
  return `dagmar: what ${attemptId} left uncommitted`
}
