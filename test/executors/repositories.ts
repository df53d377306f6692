import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-test-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0

/** What git is told by nobody but the tests. */
const variables = {
  PATH: process.env['PATH']!,
  HOME: folder,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}

/** What a test's git writes, trimmed. */
export function gitIn(cwd: string, ...args: readonly string[]): string {
  const options = ['-c', 'protocol.file.allow=always']
  return execFileSync('git', [...options, ...args], { cwd, env: variables, encoding: 'utf8' }).trim()
}

export function newFolder(name = 'folder'): string {
  const made = join(folder, `${name}-${++count}`)
  mkdirSync(made)
  return made
}

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** A repository with one commit of these files. */
export function newRepository(files: Readonly<Record<string, string>> = { 'a.txt': 'first\n' }): string {
  const root = newFolder('repository')
  gitIn(root, 'init', '--quiet', '--initial-branch=main')
  write(root, files)
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '--message=first')
  return root
}

/** The branches that attempts have left. */
export function branchesIn(root: string): readonly string[] {
  return gitIn(root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/dagmar')
    .split('\n')
    .filter(Boolean)
}

/** The folders of its worktrees, but its own. */
export function worktreesOf(root: string): readonly string[] {
  return gitIn(root, 'worktree', 'list', '--porcelain')
    .split('\n')
    .flatMap((line) => (line.startsWith('worktree ') ? [line.slice('worktree '.length)] : []))
    .slice(1)
}
