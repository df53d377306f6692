import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { askGit, git, gitPatiently, type GitOptions } from './git.ts'
import type { Worktree } from './worktree.ts'

/**
 * Commits what is uncommitted to the branch of the attempt, and moves the branch to what was committed without one.
 * Returns why something would be lost with the folder, if it would. Throws a `GitFault`.
 *
 * The repository is named, and not looked for from the folder: what a command has done to its folder must never make
 * git find another one around it. A copy of the index is used, since a git that was killed leaves its lock on it.
 */
export async function keepChanges(
  { folder, branch, base }: Worktree,
  admin: string,
  subject: string,
  { variables: around }: GitOptions,
): Promise<string | undefined> {
  const index = join(admin, 'index')
  const copy = join(admin, 'dagmar-index')
  try {
    rmSync(`${copy}.lock`, { force: true })
    if (existsSync(index)) copyFileSync(index, copy)
    const variables = { ...around, GIT_DIR: admin, GIT_WORK_TREE: folder, GIT_INDEX_FILE: copy }
    const options = { cwd: folder, variables }
    await gitPatiently(['add', '--all', '--', '.'], options)
    const tree = (await git(['write-tree'], options)).trim()
    const unkept = await git(['diff-files', '--raw', '--ignore-submodules=none'], options)
    const head = (await git(['rev-parse', '--verify', 'HEAD^{commit}'], options)).trim()
    const isDirty = (await git(['rev-parse', '--verify', 'HEAD^{tree}'], options)).trim() !== tree
    const latest = isDirty ? await commit(tree, head, subject, options) : head

    const on = await branchOf(options)
    // On a branch of the command's own, all is kept that is committed.
    if (isDirty || on === '' || on === branch) {
      if (!(await moveBranch(branch, base, latest, options))) {
        return `what is checked out in it does not follow the branch ${branch}`
      }
    }
    if (on === branch) renameSync(copy, index)
    if (unkept !== '') return 'a repository in it has changes that are not committed'
    const inner = await innerRepository(base, latest, folder, options)
    return inner === undefined ? undefined : `commits of the repository ${inner} may be in it alone`
  } finally {
    rmSync(copy, { force: true })
  }
}

/** Of a worktree whose folder is gone, what was committed without a branch is put on that of the attempt. */
export async function keepCommits(
  { branch, base }: Worktree,
  admin: string,
  { variables: around }: GitOptions,
): Promise<void> {
  const options = { cwd: admin, variables: { ...around, GIT_DIR: admin } }
  const { code, stdout } = await askGit(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], options)
  if (code === 0 && (await branchOf(options)) === '') await moveBranch(branch, base, stdout.trim(), options)
}

/** The branch that is checked out, '' for none. */
async function branchOf(options: GitOptions): Promise<string> {
  const { stdout } = await askGit(['symbolic-ref', '--quiet', 'HEAD'], options)
  return stdout.trim().replace(/^refs\/heads\//, '')
}

/** Returns false where the branch has something that the commit does not follow. */
async function moveBranch(
  branch: string,
  base: string,
  commit: string,
  options: GitOptions,
): Promise<boolean> {
  const ref = `refs/heads/${branch}`
  const { stdout, code } = await askGit(['rev-parse', '--verify', '--quiet', ref], options)
  const tip = code === 0 ? stdout.trim() : ''
  if (commit === tip || (tip === '' && commit === base)) return true
  if (tip !== '' && (await askGit(['merge-base', '--is-ancestor', tip, commit], options)).code !== 0)
    return false
  await gitPatiently(['update-ref', '-m', 'dagmar', ref, commit, tip], options)
  return true
}

async function commit(tree: string, parent: string, subject: string, options: GitOptions): Promise<string> {
  const variables = { ...options.variables, ...(await identity(options)) }
  return (await git(['commit-tree', tree, '-p', parent, '-m', subject], { ...options, variables })).trim()
}

/** Who commits, where nobody has said so. */
async function identity(options: GitOptions): Promise<Readonly<Record<string, string>>> {
  const { variables } = options
  const own: Record<string, string> = {}
  for (const [field, value] of [
    ['name', 'dagmar'],
    ['email', 'dagmar@localhost'],
  ] as const) {
    const isConfigured = (await askGit(['config', '--get', `user.${field}`], options)).code === 0
    for (const who of ['author', 'committer']) {
      const name = `GIT_${who}_${field}`.toUpperCase()
      const isSet = (variables[name] ?? (field === 'email' ? variables['EMAIL'] : undefined) ?? '') !== ''
      if (!isConfigured && !isSet) own[name] = value
    }
  }
  return own
}

/** A repository in the folder, such as a submodule, of which the branch names another commit than at its beginning. */
async function innerRepository(
  base: string,
  latest: string,
  folder: string,
  options: GitOptions,
): Promise<string | undefined> {
  const changed = await git(['diff-tree', '-r', '--raw', '-z', '--no-renames', base, latest], options)
  const parts = changed.split('\0')
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const isLink = parts[at]!.split(' ')[1] === '160000'
    const path = parts[at + 1]!
    if (isLink && existsSync(join(folder, path, '.git'))) return path
  }
  return undefined
}
