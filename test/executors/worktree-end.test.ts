import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type JsonValue, processExecutor } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { bootId } from '../../src/system/boot-id.ts'
import { expectNothingLeft } from './commands.ts'
import { branchesIn, gitIn, newFolder, newRepository, worktreesOf, write } from './repositories.ts'
import { runInWorktree } from './worktree-runs.ts'

expectNothingLeft()

const commit = 'git -c user.name=x -c user.email=x@y commit -q --allow-empty -m'

describe('what a command does to its worktree', () => {
  it('is told where it removes the folder, and the branch has what it committed', async () => {
    const root = newRepository()
    const line = `${commit} own; cd /; rm -rf "$OLDPWD"`
    const { warnings, worktree, last } = await runInWorktree(root, line)
    expect(last).toMatchObject({ type: 'attempt.completed' })
    expect(warnings()).toEqual([expect.stringContaining(`${worktree!.folder} is gone`)])
    expect(gitIn(root, 'log', '--format=%s', `main..${worktree!.branch}`)).toBe('own')
    expect(worktreesOf(root)).toEqual([])
  })

  it('is told where it puts a link in its place, and what that leads to stays as it is', async () => {
    const root = newRepository()
    const elsewhere = newFolder()
    write(elsewhere, { 'keep.txt': 'x' })
    const { warnings } = await runInWorktree(root, `rm -rf "$PWD" && ln -s '${elsewhere}' "$PWD"`)
    expect(warnings()).toEqual([expect.stringContaining('is gone')])
    expect(readdirSync(elsewhere)).toEqual(['keep.txt'])
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })

  it('leaves a folder that is locked, with what was changed on the branch', async () => {
    const root = newRepository()
    const line = 'echo x > x.txt; git worktree lock --reason "look at it" .'
    const { warnings, worktree } = await runInWorktree(root, line)
    const { folder, branch } = worktree!
    expect(warnings()).toEqual([
      expect.stringMatching(
        new RegExp(`^The worktree ${folder} stays: it is locked, because of: look at it`),
      ),
    ])
    expect(gitIn(root, 'show', `${branch}:x.txt`)).toBe('x')
    expect(gitIn(folder, 'status', '--porcelain')).toBe('')
  })

  it('does not stop what it changed from being committed by a lock that its own git has left', async () => {
    const root = newRepository()
    const line = 'echo x > x.txt; touch "$(git rev-parse --git-dir)/index.lock"'
    const { warnings, worktree } = await runInWorktree(root, line)
    expect(warnings()).toEqual([])
    expect(gitIn(root, 'show', `${worktree!.branch}:x.txt`)).toBe('x')
    expect(worktreesOf(root)).toEqual([])
  })

  it('is not committed to a repository around it where it removes what makes it a worktree', async () => {
    const root = newRepository()
    const { worktree, warnings } = await runInWorktree(root, 'rm .git; git init -q ..; echo x > x.txt')
    expect(warnings()).toEqual([])
    expect(gitIn(root, 'show', `${worktree!.branch}:x.txt`)).toBe('x')
    expect(existsSync(join(dirname(worktree!.folder), '.git/index'))).toBe(false)
    expect(existsSync(worktree!.folder)).toBe(false)
  })

  it('is on its branch where it was committed on none', async () => {
    const root = newRepository()
    const line = `git checkout -q --detach; echo x > x.txt; git add .; ${commit} free; echo y > y.txt`
    const { worktree, warnings } = await runInWorktree(root, line)
    expect(warnings()).toEqual([])
    expect(gitIn(root, 'show', `${worktree!.branch}:x.txt`)).toBe('x')
    expect(gitIn(root, 'show', `${worktree!.branch}:y.txt`)).toBe('y')
  })

  it('stays on a branch that it made itself', async () => {
    const root = newRepository()
    const line = `git checkout -q -b feature; echo x > x.txt; git add .; ${commit} feature`
    const { warnings } = await runInWorktree(root, line)
    expect(warnings()).toEqual([])
    expect(branchesIn(root)).toEqual([])
    expect(gitIn(root, 'show', 'feature:x.txt')).toBe('x')
    expect(worktreesOf(root)).toEqual([])
  })

  it('keeps the folder where what it left does not follow the branch', async () => {
    const root = newRepository()
    const line = `${commit} one; git checkout -q --detach HEAD~1; ${commit} other`
    const { warnings, worktree } = await runInWorktree(root, line)
    expect(warnings()).toEqual([expect.stringContaining('does not follow the branch')])
    expect(worktreesOf(root)).toEqual([worktree!.folder])
    expect(gitIn(worktree!.folder, 'log', '-1', '--format=%s')).toBe('other')
  })

  it('keeps the folder where it has a repository with commits that are nowhere else', async () => {
    const root = newRepository()
    const line = `git init -q inner; cd inner; echo x > x.txt; git add .; ${commit} inner`
    const { warnings, worktree } = await runInWorktree(root, line)
    expect(warnings()).toEqual([expect.stringContaining('inner')])
    expect(gitIn(join(worktree!.folder, 'inner'), 'log', '-1', '--format=%s')).toBe('inner')
  })

  it('keeps the folder where git cannot commit what is in it', async () => {
    const root = newRepository()
    const { warnings, worktree, last } = await runInWorktree(root, 'git init -q inner; echo x > inner/x.txt')
    expect(last).toMatchObject({ type: 'attempt.completed' })
    expect(warnings()).toEqual([expect.stringContaining(`The worktree ${worktree!.folder} stays: git add`)])
    expect(readFileSync(join(worktree!.folder, 'inner/x.txt'), 'utf8')).toBe('x\n')
  })
})

describe('a worktree with a submodule', () => {
  function withSubmodule(): string {
    const root = newRepository()
    gitIn(root, 'submodule', '--quiet', 'add', newRepository({ 'lib.txt': 'lib\n' }), 'lib')
    gitIn(root, 'commit', '--quiet', '--message=lib')
    return root
  }
  const update = 'git -c protocol.file.allow=always submodule --quiet update --init'

  it('has it empty, and with its files once the command has said so; then both go', async () => {
    const root = withSubmodule()
    const { last, warnings } = await runInWorktree(root, `ls lib; ${update} && cat lib/lib.txt`)
    expect(last).toMatchObject({ output: 'lib' })
    expect(warnings()).toEqual([])
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })

  it.each(['echo more >> lib/lib.txt', `cd lib && ${commit} own`])('stays after %s', async (change) => {
    const root = withSubmodule()
    const { warnings, worktree } = await runInWorktree(root, `${update} && ${change}`)
    expect(warnings()).toEqual([expect.stringMatching(/repository/)])
    expect(existsSync(join(worktree!.folder, 'lib/lib.txt'))).toBe(true)
  })

  it('is made for the submodule itself where the command is to run in that', async () => {
    const root = withSubmodule()
    const lib = join(root, 'lib')
    const { worktree, last } = await runInWorktree(lib, 'echo x > x.txt; cat lib.txt')
    expect(last).toMatchObject({ output: 'lib' })
    expect(gitIn(lib, 'show', `${worktree!.branch}:x.txt`)).toBe('x')
    expect([branchesIn(root), worktreesOf(lib)]).toEqual([[], []])
  })
})

describe('a worktree that a coordinator has left when it was killed', () => {
  const key = { runId: 'r', taskId: 't', attempt: 1 }

  /** As it is noted while its command runs. */
  function left(root: string, files: Readonly<Record<string, string>> = {}) {
    const folder = join(newFolder('worktrees'), 't.1')
    const branch = 'dagmar/r/t/1'
    const base = gitIn(root, 'rev-parse', 'HEAD')
    gitIn(root, 'worktree', 'add', '--quiet', '-b', branch, folder)
    write(folder, files)
    const worktree = { folder, branch, base, repository: join(root, '.git') }
    return { pid: 2 ** 22 - 1, start: 1, boot: bootId(), mark: randomUUID(), worktree }
  }
  const reap = (handle: object) => processExecutor().reap!(key, handle as JsonValue)

  it('is removed by whoever recovers the run, with what was changed on its branch', async () => {
    const root = newRepository()
    await reap(left(root, { 'x.txt': 'x' }))
    expect(gitIn(root, 'show', 'dagmar/r/t/1:x.txt')).toBe('x')
    expect(worktreesOf(root)).toEqual([])
  })

  it('is removed with its branch where nothing was changed, and again without harm', async () => {
    const root = newRepository()
    const handle = left(root)
    await reap(handle)
    await reap(handle)
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })

  it('is removed where it was half made, of which nothing is taken for a change', async () => {
    const root = newRepository({ 'a.txt': 'a', 'b.txt': 'b' })
    const handle = left(root)
    rmSync(join(handle.worktree.folder, 'b.txt'))
    writeFileSync(join(root, '.git/worktrees/t.1/locked'), 'initializing\n')
    await reap({ ...handle, pid: null, start: null })
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
    expect(existsSync(handle.worktree.folder)).toBe(false)
  })

  it.runIf(existsSync('/proc/self/environ'))('is removed once the git that makes it is ended', async () => {
    const root = newRepository()
    const handle = left(root)
    const env = { PATH: process.env['PATH'], DAGMAR_MARKS: handle.mark }
    const git = spawn('sleep', ['100'], { detached: true, env, stdio: 'ignore' })
    const end = once(git, 'exit')
    await once(git, 'spawn')
    await reap({ ...handle, pid: null, start: null })
    expect(await end).toEqual([null, 'SIGTERM'])
    expect([branchesIn(root), worktreesOf(root)]).toEqual([[], []])
  })

  it('was not made yet', async () => {
    const root = newRepository()
    const handle = left(root)
    gitIn(root, 'worktree', 'remove', handle.worktree.folder)
    gitIn(root, 'branch', '-D', handle.worktree.branch)
    await expect(reap({ ...handle, pid: null, start: null })).resolves.toBeUndefined()
  })

  it('stays where its repository is gone', async () => {
    const root = newRepository()
    const handle = left(root, { 'x.txt': 'x' })
    rmSync(root, { recursive: true })
    await reap(handle)
    expect(existsSync(join(handle.worktree.folder, 'x.txt'))).toBe(true)
  })

  it.each([{ folder: 'relative' }, { branch: 'main' }, { base: '--all' }, { repository: '' }])(
    'is refused where it is noted as %j',
    async (change) => {
      const root = newRepository()
      const handle = left(root)
      const worktree = { ...handle.worktree, ...change }
      await expect(reap({ ...handle, worktree })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      expect(worktreesOf(root)).toEqual([handle.worktree.folder])
    },
  )
})
