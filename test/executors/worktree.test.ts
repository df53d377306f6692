import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CommandOptions, command } from 'dagmar'
import { expectNothingLeft, type ProcessHandle, type RunCommandOptions, startCommand } from './commands.ts'
import { branchesIn, gitIn, newFolder, newRepository, worktreesOf } from './repositories.ts'

expectNothingLeft()

/** Runs a line in a worktree of the repository, and what is known of it afterwards. */
async function runIn(root: string, line: string, options: CommandOptions & RunCommandOptions = {}) {
  const { taskId, note, worktreeDir = newFolder('worktrees'), executor, ...own } = options
  const handles: ProcessHandle[] = []
  const run = startCommand(command(line, { cwd: root, worktree: true, ...own }), {
    worktreeDir,
    ...(taskId === undefined ? {} : { taskId }),
    ...(executor === undefined ? {} : { executor }),
    note: (handle) => {
      handles.push(handle)
      return note?.(handle)
    },
  })
  const last = await run.end
  return { ...run, last, handles, worktreeDir }
}

describe('an attempt with a worktree', () => {
  it('runs in the same folder of it, and leaves nothing where it has changed nothing', async () => {
    const root = newRepository({ 'a.txt': 'first\n', 'sub/b.txt': 'b\n' })
    const { last, worktreeDir, warnings, handles } = await runIn(root, 'pwd; cat b.txt', {
      cwd: join(root, 'sub'),
    })
    expect(last).toMatchObject({ type: 'attempt.completed' })
    const { folder } = handles.at(-1)!.worktree!
    expect((last as { output: string }).output).toBe(`${folder}/sub\nb`)
    expect(warnings()).toEqual([])
    expect(readdirSync(worktreeDir)).toEqual([])
    expect(branchesIn(root)).toEqual([])
    expect(worktreesOf(root)).toEqual([])
  })

  it('leaves what it committed, and what it did not, on its branch', async () => {
    const root = newRepository()
    const line =
      'git -c user.name=x -c user.email=x@y commit --allow-empty -qm own; echo more >> a.txt; echo new > new.txt'
    const { last, handles, lines } = await runIn(root, line)
    expect(last).toMatchObject({ type: 'attempt.completed' })
    const { branch, folder } = handles.at(-1)!.worktree!
    expect(branchesIn(root)).toEqual([branch])
    expect(gitIn(root, 'show', `${branch}:new.txt`)).toBe('new')
    expect(gitIn(root, 'show', `${branch}:a.txt`)).toBe('first\nmore')
    expect(gitIn(root, 'log', '--format=%s', `main..${branch}`)).toMatch(/^dagmar: what .*\nown$/)
    expect(lines().join('\n')).toContain(`on the branch ${branch}: 2 commits`)
    expect(existsSync(folder)).toBe(false)
    expect(gitIn(root, 'status', '--porcelain')).toBe('')
  })
})
