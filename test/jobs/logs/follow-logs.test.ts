import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { followLogs, type FollowLogsOptions } from '../../../src/jobs/logs/follow-logs.ts'
import { append, folderWith, rotatingLog } from './log-folder.ts'

/** Follows the logs in the background, and keeps what comes. */
function follow(folder: string, options: Partial<FollowLogsOptions> = {}) {
  const texts = new Map<string, string>()
  const order: string[] = []
  const gaps: string[] = []
  let settle!: () => void
  const settled = new Promise<void>((resolve) => (settle = resolve))
  const read = async (): Promise<void> => {
    for await (const { taskId, attempt, bytes, isAfterGap } of followLogs({
      folder,
      taskIds: ['a', 'b'],
      settled,
      ...options,
    })) {
      const key = `${taskId}.${attempt}`
      if (isAfterGap) gaps.push(key)
      if (order.at(-1) !== key) order.push(key)
      texts.set(key, (texts.get(key) ?? '') + Buffer.from(bytes).toString('latin1'))
    }
  }
  const over = read()
  over.catch(() => undefined)
  return {
    texts,
    order,
    gaps,
    over,
    textOf: (key: string) => texts.get(key) ?? '',
    /** Resolves when that has come. */
    gives: (key: string, text: string) =>
      vi.waitFor(() => expect(texts.get(key) ?? '').toContain(text), { timeout: 10_000, interval: 2 }),
    settle: async () => {
      settle()
      await over
    },
  }
}

describe('following logs', () => {
  it('gives what is there, and what is written from then on', async () => {
    const folder = folderWith({ 'a.1.log': 'one\n', 'b.1.log': 'of b\n' })
    const followed = follow(folder)
    await followed.gives('a.1', 'one\n')
    append(folder, 'a.1.log', 'two')
    await followed.gives('a.1', 'one\ntwo')
    append(folder, 'a.1.log', ' and more\n')
    await followed.settle()
    expect(Object.fromEntries(followed.texts)).toEqual({ 'a.1': 'one\ntwo and more\n', 'b.1': 'of b\n' })
  })

  it('waits for a folder, a file and a next attempt that are not there yet', async () => {
    const folder = join(folderWith(), 'jobs', 'j1', 'output')
    const followed = follow(folder)
    append(folder, 'a.1.log', 'first')
    await followed.gives('a.1', 'first')
    append(folder, 'b.1.log', 'b')
    await followed.gives('b.1', 'b')
    append(folder, 'a.2.log', 'second')
    await followed.gives('a.2', 'second')
    await followed.settle()
    expect(Object.fromEntries(followed.texts)).toEqual({ 'a.1': 'first', 'b.1': 'b', 'a.2': 'second' })
  })

  it('finds a folder whose upper ones are made one after the other, and one that is moved into place', async () => {
    const root = folderWith()
    const slowly = follow(join(root, 'x', 'y', 'z'))
    const moved = follow(join(root, 'm', 'n'))
    for (const path of ['x', 'x/y', 'x/y/z', 'other', 'other/n']) {
      mkdirSync(join(root, path))
      await new Promise((resolve) => setImmediate(resolve))
    }
    append(join(root, 'other', 'n'), 'a.1.log', 'moved')
    renameSync(join(root, 'other'), join(root, 'm'))
    append(join(root, 'x', 'y', 'z'), 'a.1.log', 'slowly')
    await slowly.gives('a.1', 'slowly')
    await moved.gives('a.1', 'moved')
    await Promise.all([slowly.settle(), moved.settle()])
    expect([slowly.textOf('a.1'), moved.textOf('a.1')]).toEqual(['slowly', 'moved'])
  })

  it('goes on in a folder that was removed and made again', async () => {
    const folder = join(folderWith(), 'output')
    append(folder, 'a.1.log', 'before')
    const followed = follow(folder)
    await followed.gives('a.1', 'before')
    rmSync(folder, { recursive: true })
    append(folder, 'a.2.log', 'after')
    await followed.gives('a.2', 'after')
    await followed.settle()
    expect(Object.fromEntries(followed.texts)).toEqual({ 'a.1': 'before', 'a.2': 'after' })
  })

  it('gives all of a log through many rotations, as long as it keeps up', async () => {
    const folder = folderWith()
    const followed = follow(folder)
    const log = rotatingLog(folder, 'a', 1, 1024)
    let all = ''
    for (let n = 0; n < 60; n++) {
      const line = `${String(n).padStart(4, '0')} ${'x'.repeat(200)}\n`
      all += line
      await log.write(line)
      await followed.gives('a.1', line)
    }
    await log.end()
    await followed.settle()
    expect(followed.textOf('a.1')).toBe(all)
    expect(followed.gaps).toEqual([])
  })

  it('begins with the part before', async () => {
    const folder = folderWith({ 'a.1.log.1': 'one\n', 'a.1.log': 'two\n' })
    const followed = follow(folder)
    await followed.settle()
    expect(followed.textOf('a.1')).toBe('one\ntwo\n')
  })

  it('says where something may be missing, because it did not keep up', async () => {
    const folder = folderWith()
    const log = rotatingLog(folder, 'a', 1, 1024)
    await log.write('first\n')
    const following = followLogs({ folder, taskIds: ['a'], settled: Promise.resolve() })
    expect(Buffer.from((await following.next()).value!.bytes).toString()).toBe('first\n')
    await log.write(`${'x'.repeat(99)}\n`.repeat(50))
    await log.write('last\n')
    await log.end()
    const pieces = []
    for await (const piece of following) pieces.push(piece)
    const text = Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()
    expect(text).toMatch(/^(x{99}\n)+last\n$/)
    expect(pieces.map(({ isAfterGap }) => isAfterGap).filter(Boolean)).toHaveLength(1)
  })

  it('gives the attempts of a task one after the other', async () => {
    const big = `${'1'.repeat(99)}\n`.repeat(30_000)
    const folder = folderWith({ 'a.1.log': big, 'a.2.log': '2', 'a.10.log': '10', 'b.1.log': 'b' })
    const followed = follow(folder)
    await followed.settle()
    expect(followed.textOf('a.1')).toBe(big)
    expect(
      followed.order.filter((key) => key.startsWith('a')).filter((key, at, all) => all[at - 1] !== key),
    ).toEqual(['a.1', 'a.2', 'a.10'])
    // A large log does not hold up those of others.
    expect(followed.order.indexOf('b.1')).toBeLessThan(followed.order.lastIndexOf('a.1'))
  })

  it('gives those of one task alone', async () => {
    const folder = folderWith({ 'a.1.log': 'a', 'b.1.log': 'b' })
    const followed = follow(folder, { taskId: 'b' })
    await followed.gives('b.1', 'b')
    append(folder, 'a.1.log', 'more')
    append(folder, 'b.1.log', ' more')
    await followed.settle()
    expect([...followed.texts]).toEqual([['b.1', 'b more']])
  })

  it('begins with the last lines of the latest attempts, and gives all that comes then', async () => {
    const folder = folderWith({
      'a.1.log': 'old\n',
      'a.2.log.1': '1\n2\n',
      'a.2.log': '3\n',
      'b.1.log': 'b1\nb2\nb3\n',
    })
    const followed = follow(folder, { tailLines: 2 })
    await followed.gives('b.1', 'b3')
    append(folder, 'a.2.log', '4\n5\n6\n')
    append(folder, 'a.1.log', 'of an attempt that was left out\n')
    append(folder, 'a.3.log', '1\n2\n3\n')
    await followed.settle()
    expect(Object.fromEntries(followed.texts)).toEqual({
      'a.2': '2\n3\n4\n5\n6\n',
      'a.3': '1\n2\n3\n',
      'b.1': 'b2\nb3\n',
    })
  })

  it('begins with nothing where no line is wanted', async () => {
    const folder = folderWith({ 'a.1.log': 'old\n' })
    const followed = follow(folder, { tailLines: 0 })
    // It has begun when it gives something new of the other.
    await vi.waitFor(() => {
      append(folder, 'b.1.log', '.')
      expect(followed.textOf('b.1')).not.toBe('')
    })
    append(folder, 'a.1.log', 'new\n')
    await followed.settle()
    expect(followed.textOf('a.1')).toBe('new\n')
  })

  it('reads to the end once all is settled, also where that comes first', async () => {
    const folder = folderWith({ 'a.1.log': 'all of it' })
    const followed = follow(folder)
    await followed.settle()
    expect(followed.textOf('a.1')).toBe('all of it')
    const nothing = follow(join(folderWith(), 'never'))
    await nothing.settle()
    expect(nothing.texts.size).toBe(0)
  })

  it('reads to the end where nobody can tell any longer whether all is settled, and says so', async () => {
    const folder = folderWith({ 'a.1.log': 'all of it' })
    const followed = follow(folder, { settled: Promise.reject(new Error('the supervisor is gone')) })
    await expect(followed.over).rejects.toThrow('the supervisor is gone')
    expect(followed.textOf('a.1')).toBe('all of it')
  })

  it('ends at once when it is told to, while it waits and while it reads', async () => {
    const stop = new AbortController()
    const waiting = follow(join(folderWith(), 'never'), { signal: stop.signal })
    const folder = folderWith({ 'a.1.log': 'x'.repeat(1_000_000) })
    const reading = followLogs({
      folder,
      taskIds: ['a'],
      settled: new Promise(() => undefined),
      signal: stop.signal,
    })
    await reading.next()
    stop.abort()
    expect(await reading.next()).toEqual({ done: true, value: undefined })
    await waiting.over
    const aborted = follow(folder, { signal: AbortSignal.abort() })
    await aborted.over
    expect(aborted.texts.size).toBe(0)
  })

  it('follows more logs than it keeps open', async () => {
    const folder = folderWith()
    const taskIds = Array.from({ length: 150 }, (_, n) => `t${n}`)
    for (const taskId of taskIds) append(folder, `${taskId}.1.log`, 'one\n')
    const followed = follow(folder, { taskIds })
    await followed.gives('t149.1', 'one')
    for (const taskId of taskIds) append(folder, `${taskId}.1.log`, 'two\n')
    await followed.settle()
    expect([...followed.texts.values()]).toEqual(taskIds.map(() => 'one\ntwo\n'))
    expect(followed.gaps).toEqual([])
  })
})
