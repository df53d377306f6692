import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { command, createRuntime, dag, type AnyDag, memoryStore, processExecutor } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { expectNothingLeft, type ProcessHandle, startCommand } from './commands.ts'
import { gitIn, newFolder, newRepository, write } from './repositories.ts'

expectNothingLeft()
afterEach(() => void vi.unstubAllEnvs())

/** Runs a line with a snapshot of its repository, and what was told of that. */
async function runAfterSnapshot(root: string, line = 'echo ran >> ran.txt') {
  let handle: ProcessHandle | undefined
  const run = startCommand(command(line, { cwd: root, git: 'snapshot' }), {
    note: (noted) => void (handle = noted),
  })
  return { last: await run.end, snapshot: handle?.snapshot }
}

describe('the snapshot of a repository before a task', () => {
  it('has what is staged and what is changed, and leaves index and files as they are', async () => {
    const root = newRepository({ 'a.txt': 'first\n', 'b.txt': 'first\n' })
    write(root, { 'a.txt': 'staged\n' })
    gitIn(root, 'add', 'a.txt')
    write(root, { 'b.txt': 'changed\n', 'loose.txt': 'x', 'loose/1.txt': 'x', 'loose/2.txt': 'x' })
    const index = () => [readFileSync(join(root, '.git/index')), statSync(join(root, '.git/index')).mtimeMs]
    const before = index()
    const { snapshot, last } = await runAfterSnapshot(root, 'cat *.txt')
    expect(last).toMatchObject({ output: 'staged\nchanged\nx' })
    expect(index()).toEqual(before)
    expect(snapshot).toMatchObject({ repository: root, head: gitIn(root, 'rev-parse', 'HEAD'), untracked: 2 })
    const { commit, ref } = snapshot!
    expect(gitIn(root, 'show', `${commit}:a.txt`, `${commit}:b.txt`)).toBe('staged\nchanged')
    expect(gitIn(root, 'show', `${commit}^2:b.txt`)).toBe('first')
    expect(gitIn(root, 'ls-tree', '-r', '--name-only', commit)).toBe('a.txt\nb.txt')
    expect(gitIn(root, 'rev-parse', ref)).toBe(commit)
    gitIn(root, 'reset', '--quiet', '--hard')
    gitIn(root, 'gc', '--quiet', '--prune=now')
    gitIn(root, 'stash', 'apply', '--quiet', commit)
    expect(readFileSync(join(root, 'b.txt'), 'utf8')).toBe('changed\n')
  })

  it('is the commit that is checked out where nothing is changed', async () => {
    const root = newRepository()
    const { snapshot } = await runAfterSnapshot(root)
    const head = gitIn(root, 'rev-parse', 'HEAD')
    expect(snapshot).toMatchObject({ commit: head, head, untracked: 0 })
  })

  it('is taken although another git holds the lock of the index, and in the right repository', async () => {
    const [root, other] = [newRepository(), newRepository()]
    write(root, { 'a.txt': 'changed\n', '.git/index.lock': '' })
    vi.stubEnv('GIT_DIR', join(other, '.git'))
    const { snapshot } = await runAfterSnapshot(root)
    expect(gitIn(root, 'show', `${snapshot!.commit}:a.txt`)).toBe('changed')
    expect(gitIn(other, 'for-each-ref', 'refs/dagmar')).toBe('')
  })

  it('has a removed file, a renamed one and one with a line break in its name as they are', async () => {
    const root = newRepository({ 'gone.txt': 'x', 'old.txt': 'y', 'line\nbreak.txt': 'z' })
    rmSync(join(root, 'gone.txt'))
    gitIn(root, 'mv', 'old.txt', 'new.txt')
    appendFileSync(join(root, 'line\nbreak.txt'), 'z')
    const { snapshot } = await runAfterSnapshot(root)
    expect(gitIn(root, 'ls-tree', '-z', '--name-only', snapshot!.commit).split('\0').filter(Boolean)).toEqual(
      ['line\nbreak.txt', 'new.txt'],
    )
  })
})

describe('where the state of the repository cannot be recorded', () => {
  it.each([
    ['there is none', () => newFolder()],
    [
      'it has no commits',
      () => {
        const root = newFolder()
        gitIn(root, 'init', '--quiet')
        return root
      },
    ],
    [
      'a merge is open',
      () => {
        const root = newRepository()
        gitIn(root, 'checkout', '--quiet', '-b', 'other')
        write(root, { 'a.txt': 'theirs\n' })
        gitIn(root, 'commit', '--quiet', '--all', '--message=theirs')
        gitIn(root, 'checkout', '--quiet', 'main')
        write(root, { 'a.txt': 'ours\n' })
        gitIn(root, 'commit', '--quiet', '--all', '--message=ours')
        expect(() => gitIn(root, 'merge', 'other')).toThrow('merge')
        return root
      },
    ],
    [
      'its objects cannot be read',
      () => {
        const root = newRepository()
        write(root, { 'a.txt': 'x' })
        rmSync(join(root, '.git/objects'), { recursive: true })
        return root
      },
    ],
  ])('because %s, nothing is run, and it is not tried again', async (_, make) => {
    const root = make()
    const work = dag('d').task(
      't',
      { retry: { maxAttempts: 3 } },
      command('echo ran > ran.txt', { cwd: root, git: 'snapshot' }),
    )
    await using runtime = createRuntime()
    const result = await runtime.dispatch(work).result
    expect(result.outcomes['t']).toMatchObject({ failure: { code: 'SNAPSHOT_FAILED', retryable: false } })
    expect(statSync(join(root, 'ran.txt'), { throwIfNoEntry: false })).toBeUndefined()
  })
})

/** What was noted of the attempts of task `t`, as its journal has it. */
async function placesOf(work: AnyDag) {
  const executors = { process: processExecutor({ worktreeDir: newFolder() }) }
  await using runtime = createRuntime({ store: memoryStore(), executors })
  const run = runtime.dispatch(work)
  const result = await run.result
  const facts = await run.story('t', { from: 'store' })
  const placed = facts.flatMap((fact) =>
    fact.type === 'task.placed' ? [fact.handle as unknown as ProcessHandle] : [],
  )
  return { result, placed }
}

describe('the facts of a run', () => {
  it('tell one snapshot for all attempts of a task, taken before the first', async () => {
    const root = newRepository()
    const line = 'echo "$DAGMAR_ATTEMPT" >> a.txt; test "${DAGMAR_ATTEMPT##*/}" = 2'
    const options = { retry: { maxAttempts: 2, backoff: { base: 0 } } }
    const work = dag('d').task('t', options, command(line, { cwd: root, git: 'snapshot' }))
    const { result, placed } = await placesOf(work)
    expect(result.status).toBe('completed')
    expect(placed.map(({ snapshot }) => snapshot!.commit)).toEqual(
      Array.from({ length: 2 }, () => gitIn(root, 'rev-parse', 'HEAD')),
    )
  })

  it('tell the worktree of an attempt before it is made, and each attempt has another', async () => {
    const root = newRepository()
    const line = 'cat a.txt; echo more >> a.txt; test "${DAGMAR_ATTEMPT##*/}" = 2'
    const options = { retry: { maxAttempts: 2, backoff: { base: 0 } } }
    const work = dag('d').task('t', options, command(line, { cwd: root, worktree: true, git: 'snapshot' }))
    const { result, placed } = await placesOf(work)
    expect(result.outcomes['t']).toMatchObject({ status: 'completed', output: 'first' })
    expect(placed.map(({ pid }) => typeof pid)).toEqual(['object', 'number', 'object', 'number'])
    const branches = placed.map(({ worktree }) => worktree!.branch)
    expect(branches).toEqual([1, 1, 2, 2].map((n) => expect.stringMatching(new RegExp(`^dagmar/.*/t/${n}$`))))
    expect(gitIn(root, 'show', `${branches[0]}:a.txt`, `${branches[2]}:a.txt`)).toBe(
      'first\nmore\nfirst\nmore',
    )
  })
})
