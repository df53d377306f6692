import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { thrownText } from '../../../errors/foreign-value.ts'
import type { AttemptKey } from '../../../ports/executor.ts'
import { StartFault } from '../start-fault.ts'
import { askGit, git, gitPatiently, type GitOptions } from './git.ts'
import { refNameOf } from './ref-name.ts'
import { type Repository, repositoryAt } from './repository.ts'

/** The state of a repository before a task has done anything. */
export type Snapshot = {
  /** The top of its work tree. */
  readonly repository: string
  /** Holds what was staged and what was changed. The commit that was checked out, where nothing was. */
  readonly commit: string
  /** Keeps the commit from being tidied away. */
  readonly ref: string
  /** The commit that was checked out. Not told again by a later attempt. */
  readonly head?: string
  /** How many untracked files and folders there were, which are not in it. Not told again by a later attempt. */
  readonly untracked?: number
}

/**
 * Takes it before the first attempt. Later ones get that one, or one of their own where the first has come to nothing
 * before it was taken. Index and work tree stay as they are. Throws a `StartFault` with `SNAPSHOT_FAILED`.
 */
export async function snapshot(key: AttemptKey, options: GitOptions, mark: string): Promise<Snapshot> {
  try {
    const repository = await repositoryAt(options)
    return await take(repository, key, options, mark)
  } catch (thrown) {
    const message = `The state of the repository could not be recorded, so nothing was run: ${thrownText(thrown)}`
    throw new StartFault({ code: 'SNAPSHOT_FAILED', message, retryable: false })
  }
}

async function take(
  { top, gitDir, head: now }: Repository,
  { runId, taskId, attempt }: AttemptKey,
  options: GitOptions,
  mark: string,
): Promise<Snapshot> {
  const ref = `refs/dagmar/snapshots/${refNameOf(runId)}/${refNameOf(taskId)}`
  const earlier = attempt === 1 ? undefined : await commitOf(ref, options)
  if (earlier !== undefined) return { repository: top, commit: earlier, ref }
  const untracked = await countUntracked(top, options)
  // By a copy of the index: git writes to it what it has learnt of the files.
  const index = join(gitDir, 'index')
  const copy = join(gitDir, `dagmar-${mark}.index`)
  let commit = now
  try {
    if (existsSync(index)) copyFileSync(index, copy)
    const variables = { ...options.variables, GIT_INDEX_FILE: copy }
    const made = await git(['stash', 'create', `dagmar: before ${runId}/${taskId}`], {
      ...options,
      cwd: top,
      variables,
    })
    if (made.trim() !== '') commit = made.trim()
  } finally {
    for (const left of [copy, `${copy}.lock`]) rmSync(left, { force: true })
  }
  await gitPatiently(['update-ref', ref, commit], options)
  return { repository: top, commit, head: now, ref, untracked }
}

async function commitOf(name: string, options: GitOptions): Promise<string | undefined> {
  const { code, stdout } = await askGit(['rev-parse', '--verify', '--quiet', `${name}^{commit}`], options)
  return code === 0 ? stdout.trim() : undefined
}

async function countUntracked(top: string, options: GitOptions): Promise<number> {
  const args = ['ls-files', '-z', '--others', '--exclude-standard', '--directory', '--no-empty-directory']
  return (await git(args, { ...options, cwd: top })).split('\0').filter((path) => path !== '').length
}
