import { existsSync, readFileSync, rmdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { thrownText } from '../../../errors/foreign-value.ts'
import { withNoun } from '../../../text/with-noun.ts'
import { askGit, gitPatiently, type GitOptions } from './git.ts'
import { keepChanges, keepCommits } from './keep-changes.ts'
import { adminFolderOf, isFolder, type Worktree } from './worktree.ts'

export interface TidyOptions {
  /** All the variables of git. */
  readonly variables: Readonly<Record<string, string>>
  /** What a commit of what was left uncommitted is called. */
  readonly subject: string
  /** Nothing of the command has run in it: there is nothing to keep, and it may be half made. */
  readonly isUnused: boolean
  /** Told what people should see. */
  readonly warn: (message: string) => void
  /** Told which branch stays. */
  readonly say: (message: string) => void
}

/** Keeps what was done in a worktree on its branch, and removes the folder. Never throws: what cannot be done is told. */
export async function tidyWorktree(worktree: Worktree, options: TidyOptions): Promise<void> {
  const { folder } = worktree
  try {
    const reason = await tidy(worktree, options)
    if (reason !== undefined) options.warn(`The worktree ${folder} stays: ${reason}.`)
  } catch (thrown) {
    options.warn(`The worktree ${folder} stays: ${thrownText(thrown)}`)
  }
}

/** Returns why the folder stays, if it does. */
async function tidy(worktree: Worktree, options: TidyOptions): Promise<string | undefined> {
  const { folder, branch, repository } = worktree
  const { variables, subject, isUnused, warn } = options
  const within: GitOptions = { cwd: repository, variables: { ...variables, GIT_DIR: repository } }
  const isThere = isFolder(folder)
  if (!existsSync(repository))
    return isThere ? `the repository ${repository} is not there any more` : undefined
  const admin = adminFolderOf(worktree)
  if (!isUnused) {
    if (isThere) {
      if (admin === undefined) return 'the repository knows nothing of it any more'
      const reason = await keepChanges(worktree, admin, subject, within)
      if (reason !== undefined) return reason
    } else {
      warn(`The worktree ${folder} is gone, with all in it that was not committed.`)
      if (admin !== undefined) await keepCommits(worktree, admin, within)
    }
  }
  const lock = admin === undefined ? undefined : lockOf(admin)
  if (lock !== undefined) {
    await tellBranch(worktree, within, options)
    return `it is locked${lock === '' ? '' : `, because of: ${lock}`}`
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 2 })
  if (admin !== undefined) await gitPatiently(['worktree', 'remove', '--force', '--force', folder], within)
  const tip = await tellBranch(worktree, within, options)
  if (tip !== undefined) await gitPatiently(['update-ref', '-d', `refs/heads/${branch}`, tip], within)
  removeEmpty(dirname(folder))
  return undefined
}

/** Says what is on the branch. Returns its latest commit where there is nothing on it, so that it can go. */
async function tellBranch(
  { branch, base }: Worktree,
  within: GitOptions,
  { say }: TidyOptions,
): Promise<string | undefined> {
  const ref = `refs/heads/${branch}`
  const { code, stdout } = await askGit(['rev-parse', '--verify', '--quiet', ref], within)
  if (code !== 0) return undefined
  const tip = stdout.trim()
  const counted = await askGit(['rev-list', '--count', `${base}..${tip}`], within)
  const count = Number(counted.stdout)
  if (counted.code === 0 && count === 0) return tip
  say(`What it did is on the branch ${branch}: ${withNoun(count, 'commit')}.`)
  return undefined
}

/** Why somebody wants the folder to stay. Git locks it itself while it makes it. */
function lockOf(admin: string): string | undefined {
  const path = join(admin, 'locked')
  if (!existsSync(path)) return undefined
  const reason = readFileSync(path, 'utf8').trim()
  return reason === 'initializing' ? undefined : reason
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Another attempt of the run is in it.
  }
}
