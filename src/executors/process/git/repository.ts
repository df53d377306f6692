import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { StartFault } from '../start-fault.ts'
import { askGit, git, GitFault, type GitOptions } from './git.ts'

/** The repository that a folder lies in. All paths are absolute. */
export interface Repository {
  /** Where its work tree begins. */
  readonly top: string
  /** The folder, from there. */
  readonly prefix: string
  readonly gitDir: string
  /** What all its worktrees share. */
  readonly commonDir: string
  /** The commit that is checked out. */
  readonly head: string
}

/** Throws a `StartFault` with `NO_REPOSITORY`. */
export async function repositoryAt(options: GitOptions): Promise<Repository> {
  const { cwd } = options
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw noRepository(`${cwd} is no directory`)
  }
  const place = ['rev-parse', '--show-toplevel', '--show-prefix', '--absolute-git-dir', '--git-common-dir']
  let said: string
  try {
    said = await git(place, options)
  } catch (thrown) {
    if (!(thrown instanceof GitFault)) throw thrown
    throw noRepository(`${cwd} lies in no repository of git with a work tree (${thrown.message})`)
  }
  const [top, prefix, gitDir, common, ...rest] = said.split('\n')
  if (common === undefined || rest.join('') !== '') throw noRepository(`${cwd} has a line break in its path`)
  const head = await askGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], options)
  if (head.code !== 0) throw noRepository(`the repository ${top} has no commits`)
  return {
    top: top!,
    prefix: prefix!,
    gitDir: gitDir!,
    commonDir: resolve(cwd, common),
    head: head.stdout.trim(),
  }
}

function noRepository(reason: string): StartFault {
  const message = `The task needs a repository of git: ${reason}.`
  return new StartFault({ code: 'NO_REPOSITORY', message, retryable: false })
}
