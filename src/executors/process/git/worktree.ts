import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { AttemptKey } from '../../../ports/executor.ts'
import { StartFault } from '../start-fault.ts'
import { askGit, GitFault, gitPatiently, type GitOptions } from './git.ts'
import { refNameOf } from './ref-name.ts'
import { type Repository, repositoryAt } from './repository.ts'

/** A worktree of an attempt, as it is told. Paths are absolute. */
export type Worktree = {
  readonly folder: string
  readonly branch: string
  /** The commit that it begins with. */
  readonly base: string
  /** The folder of git that the worktrees of the repository share. */
  readonly repository: string
}

const mostNames = 100

/** Where the worktree of an attempt is to be, and where in it the command is to run. Makes no more than folders. */
export async function planWorktree(
  key: AttemptKey,
  baseFolder: string,
  options: GitOptions,
): Promise<{ readonly worktree: Worktree; readonly cwd: string }> {
  const repository = await repositoryAt(options)
  const parent = join(resolve(baseFolder), refNameOf(key.runId))
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  const worktree = await unused(key, realpathSync(parent), repository, options)
  return { worktree, cwd: join(worktree.folder, repository.prefix) }
}

/** Makes the worktree, on a branch of its own. What it leaves when it throws is to be tidied up. */
export async function addWorktree(
  { folder, branch, base, repository }: Worktree,
  cwd: string,
  options: GitOptions,
): Promise<void> {
  const within = { ...options, cwd: repository, variables: { ...options.variables, GIT_DIR: repository } }
  // Only if there is none of that name: two attempts never share one.
  await gitPatiently(['update-ref', '-m', 'dagmar', `refs/heads/${branch}`, base, ''], within)
  await gitPatiently(['worktree', 'add', '--quiet', '--force', folder, branch], within)
  // A folder that git does not know, because nothing in it was committed, is not there yet.
  mkdirSync(cwd, { recursive: true })
}

/** The folder in which git keeps what it knows of a worktree. Undefined where it knows none. */
export function adminFolderOf({ folder, repository }: Worktree): string | undefined {
  const all = join(repository, 'worktrees')
  const names = existsSync(all) ? readdirSync(all) : []
  return names
    .map((name) => join(all, name))
    .find((admin) => {
      try {
        const written = readFileSync(join(admin, 'gitdir'), 'utf8').trimEnd()
        return resolve(admin, written) === join(folder, '.git')
      } catch {
        return false
      }
    })
}

/** Whether it is a folder, and not something else that was put in its place. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

async function unused(
  { runId, taskId, attempt }: AttemptKey,
  parent: string,
  { commonDir, head }: Repository,
  options: GitOptions,
): Promise<Worktree> {
  const name = `${refNameOf(runId)}/${refNameOf(taskId)}/${attempt}`
  for (let n = 1; n <= mostNames; n++) {
    const suffix = n === 1 ? '' : `-${n}`
    const branch = `dagmar/${name}${suffix}`
    const folder = join(parent, `${basename(dirname(name))}.${attempt}${suffix}`)
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) continue
    const { code } = await askGit(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`], options)
    if (code !== 0) return { folder, branch, base: head, repository: commonDir }
  }
  throw new GitFault(`there are ${mostNames} branches called dagmar/${name}`)
}

/** What is said of a worktree that could not be made. */
export function notMade(thrown: unknown): StartFault {
  if (thrown instanceof StartFault) return thrown
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return new StartFault({ code: 'WORKTREE_FAILED', message: `No worktree could be made: ${reason}` })
}
