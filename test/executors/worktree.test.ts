import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { command, processExecutor } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expectNothingLeft, startCommand } from './commands.ts'
import { branchesIn, gitIn, newFolder, newRepository, worktreesOf, write } from './repositories.ts'
import { runInWorktree } from './worktree-runs.ts'

expectNothingLeft()
afterEach(() => void vi.unstubAllEnvs())

const commitAll = 'git add -A && git -c user.name=x -c user.email=x@y commit -qm'

describe('an attempt with a worktree', () => {
  it('runs in the same folder of it, and leaves nothing where it has changed nothing', async () => {
    const root = newRepository({ 'a.txt': 'first\n', 'sub/b.txt': 'b\n' })
    const run = await runInWorktree(root, 'pwd; cat b.txt', { cwd: join(root, 'sub') })
    expect(run.last).toMatchObject({ output: `${run.worktree!.folder}/sub\nb` })
    expect(run.warnings()).toEqual([])
    expect(readdirSync(run.worktreeDir)).toEqual([])
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })

  it('leaves what it committed, and what it did not, on its branch', async () => {
    const root = newRepository()
    const line = `echo own > own.txt; ${commitAll} own; echo more >> a.txt; echo new > new.txt`
    const { worktree, lines, last } = await runInWorktree(root, line)
    const { branch, folder } = worktree!
    expect(last).toMatchObject({ type: 'attempt.completed' })
    expect(branchesIn(root)).toEqual([branch])
    expect(gitIn(root, 'show', `${branch}:new.txt`)).toBe('new')
    expect(gitIn(root, 'show', `${branch}:a.txt`)).toBe('first\nmore')
    expect(gitIn(root, 'log', '--format=%s', `main..${branch}`)).toMatch(/^dagmar: what .*\nown$/)
    expect(lines().join('\n')).toContain(`on the branch ${branch}: 2 commits`)
    expect(existsSync(folder)).toBe(false)
    expect(gitIn(root, 'status', '--porcelain')).toBe('')
  })

  it('leaves what it changed when it fails, and when it is ended', async () => {
    const root = newRepository()
    const failed = await runInWorktree(root, 'echo half > half.txt; exit 3')
    expect(failed.last).toMatchObject({ failure: { code: 'COMMAND_FAILED' } })
    expect(gitIn(root, 'show', `${failed.worktree!.branch}:half.txt`)).toBe('half')
    const executor = processExecutor({ worktreeDir: newFolder() })
    const run = startCommand(
      command('echo part > part.txt; echo up; sleep 100', { cwd: root, worktree: true }),
      { executor },
    )
    await run.says('up')
    executor.abort(run.attemptId)
    expect(await run.end).toEqual({ type: 'attempt.ended' })
    const [ended] = branchesIn(root).filter((name) => name !== failed.worktree!.branch)
    expect(gitIn(root, 'show', `${ended}:part.txt`)).toBe('part')
    expect(worktreesOf(root)).toEqual([])
  })

  it('begins with what is committed, whatever lies about', async () => {
    const root = newRepository()
    write(root, { 'a.txt': 'changed\n', 'loose.txt': 'x' })
    const { last } = await runInWorktree(root, 'cat *.txt')
    expect(last).toMatchObject({ output: 'first' })
    expect(gitIn(root, 'status', '--porcelain')).toBe('M a.txt\n?? loose.txt')
  })

  it('has its folder although nothing in it was ever committed', async () => {
    const root = newRepository()
    write(root, { 'new/b.txt': 'x' })
    const { last, worktree } = await runInWorktree(root, 'pwd', { cwd: join(root, 'new') })
    expect(last).toMatchObject({ output: `${worktree!.folder}/new` })
    expect(branchesIn(root)).toEqual([])
  })

  it.each([
    'test(20, linux)',
    '../up',
    'a..b',
    '.hidden',
    'x.lock',
    '-option',
    'ü/Ω ~^:?*[',
    'l'.repeat(300),
  ])('has a branch and a folder although the task is called %j', async (taskId) => {
    const root = newRepository()
    const { last, worktree, worktreeDir } = await runInWorktree(root, 'echo x > x.txt', { taskId })
    expect(last).toMatchObject({ type: 'attempt.completed' })
    expect(branchesIn(root)).toEqual([worktree!.branch])
    expect(worktree!.branch).toMatch(/^dagmar\/run-\d+\/[^/]+\/\d+$/)
    expect(readdirSync(worktreeDir)).toEqual([])
  })

  it('commits as dagmar only where nobody has said who commits', async () => {
    const root = newRepository()
    vi.stubEnv('HOME', newFolder())
    for (const name of [
      'GIT_AUTHOR_NAME',
      'GIT_AUTHOR_EMAIL',
      'GIT_COMMITTER_NAME',
      'GIT_COMMITTER_EMAIL',
      'EMAIL',
    ]) {
      vi.stubEnv(name, undefined)
    }
    vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1')
    const who = async () => {
      const { worktree } = await runInWorktree(root, 'echo x > x.txt')
      return gitIn(root, 'log', '-1', '--format=%an <%ae> %cn', worktree!.branch)
    }
    expect(await who()).toBe('dagmar <dagmar@localhost> dagmar')
    gitIn(root, 'config', 'user.name', 'Bob')
    gitIn(root, 'config', 'user.email', 'bob@example.com')
    expect(await who()).toBe('Bob <bob@example.com> Bob')
  })

  it('runs no hook of the repository, and signs nothing', async () => {
    const root = newRepository()
    for (const hook of ['post-checkout', 'pre-commit', 'reference-transaction', 'post-commit']) {
      write(root, { [`.git/hooks/${hook}`]: `#!/bin/sh\necho ${hook} >> '${root}/.git/ran'\nexit 1\n` })
      chmodSync(join(root, '.git/hooks', hook), 0o755)
    }
    gitIn(root, '-c', 'core.hooksPath=/dev/null', 'config', 'commit.gpgSign', 'true')
    gitIn(root, 'config', 'gpg.program', '/bin/false')
    const { warnings, worktree } = await runInWorktree(root, 'echo x > x.txt')
    expect(warnings()).toEqual([])
    expect(branchesIn(root)).toEqual([worktree!.branch])
    expect(existsSync(join(root, '.git/ran'))).toBe(false)
  })

  it('is in its own repository, whichever one the variables of the outside name', async () => {
    const [root, other] = [newRepository(), newRepository({ 'other.txt': 'x' })]
    vi.stubEnv('GIT_DIR', join(other, '.git'))
    vi.stubEnv('GIT_WORK_TREE', other)
    vi.stubEnv('GIT_INDEX_FILE', join(other, '.git/index'))
    vi.stubEnv('GIT_CONFIG_COUNT', '1')
    vi.stubEnv('GIT_CONFIG_KEY_0', 'outside.setting')
    vi.stubEnv('GIT_CONFIG_VALUE_0', 'is kept')
    const line = 'git rev-parse --show-toplevel; git config outside.setting; echo x > x.txt'
    const { last, worktree } = await runInWorktree(root, line)
    expect(last).toMatchObject({ output: `${worktree!.folder}\nis kept` })
    expect([branchesIn(root), branchesIn(other)]).toEqual([[worktree!.branch], []])
  })

  it('does not touch those of others that are at work at once', async () => {
    const root = newRepository()
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, n) => runInWorktree(root, `echo ${n} > a.txt; ls`, { taskId: `t${n}` })),
    )
    expect(runs.map(({ last }) => last)).toEqual(runs.map(() => expect.objectContaining({ output: 'a.txt' })))
    expect(runs.flatMap(({ warnings }) => warnings())).toEqual([])
    expect(runs.map(({ worktree }) => gitIn(root, 'show', `${worktree!.branch}:a.txt`))).toEqual(
      runs.map((_, n) => String(n)),
    )
    expect(worktreesOf(root)).toEqual([])
  })

  it('waits for a lock that another git holds for a moment', async () => {
    const root = newRepository()
    const { last, warnings } = await runInWorktree(root, 'cat a.txt', {
      note: ({ pid, worktree }) => {
        if (pid !== null) return
        const lock = `.git/refs/heads/${worktree!.branch}.lock`
        write(root, { [lock]: '' })
        setTimeout(() => rmSync(join(root, lock)), 300)
      },
    })
    expect(last).toMatchObject({ output: 'first' })
    expect(warnings()).toEqual([])
    expect(branchesIn(root)).toEqual([])
  })

  it('takes another name where its branch is there already', async () => {
    const root = newRepository()
    const first = await runInWorktree(root, 'echo x > x.txt', { taskId: 'again' })
    const next = first.worktree!.branch.replace(/\d+$/, (number) => String(Number(number) + 1))
    gitIn(root, 'branch', next)
    const { worktree, last } = await runInWorktree(root, 'echo y > y.txt', { taskId: 'again' })
    expect(last).toMatchObject({ type: 'attempt.completed' })
    expect(worktree!.branch).toBe(`${next}-2`)
    expect(gitIn(root, 'rev-parse', next)).toBe(gitIn(root, 'rev-parse', 'main'))
  })

  it('fails with the reason of git where no branch can have its name', async () => {
    const root = newRepository()
    gitIn(root, 'branch', 'dagmar')
    const { last, worktreeDir } = await runInWorktree(root, 'echo ran')
    expect(last).toMatchObject({
      failure: { code: 'WORKTREE_FAILED', message: expect.stringContaining("'refs/heads/dagmar'") },
    })
    expect(readdirSync(worktreeDir)).toEqual([])
  })
})

describe('where there is no repository', () => {
  it.each([
    ['no repository', () => newFolder()],
    [
      'a repository without commits',
      () => {
        const root = newFolder()
        gitIn(root, 'init', '--quiet')
        return root
      },
    ],
    [
      'a repository without a work tree',
      () => {
        const root = newFolder()
        gitIn(root, 'init', '--quiet', '--bare')
        return root
      },
    ],
    ['no folder', () => join(newFolder(), 'none')],
  ])('but %s, the attempt fails and is not retried', async (_, make) => {
    const { last, reports, handles } = await runInWorktree(make(), 'echo ran')
    expect(last).toMatchObject({ failure: { code: 'NO_REPOSITORY', retryable: false } })
    expect([reports.length, handles]).toEqual([1, []])
  })
})

describe('an attempt that is ended before its command runs', () => {
  it('runs nothing and leaves nothing', async () => {
    const root = newRepository()
    const executor = processExecutor({ worktreeDir: newFolder() })
    const run = startCommand(command('echo ran > ran.txt', { cwd: root, worktree: true }), {
      executor,
      note: () => executor.abort(run.attemptId),
    })
    expect(await run.end).toEqual({ type: 'attempt.ended' })
    expect(run.reports.length).toBe(1)
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })

  it('runs nothing where it could not be noted', async () => {
    const root = newRepository()
    const note = () => Promise.reject(new Error('no room'))
    const { last } = await runInWorktree(root, 'echo ran', { note })
    expect(last).toMatchObject({ failure: { message: expect.stringContaining('no room') } })
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })
})
