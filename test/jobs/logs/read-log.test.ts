import { execFileSync } from 'node:child_process'
import { mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attemptLogs, writtenSince } from '../../../src/jobs/logs/attempt-logs.ts'
import { readLog, type ReadLogOptions } from '../../../src/jobs/logs/read-log.ts'
import { logPath } from '../../../src/executors/process/log-path.ts'
import { folderWith, rotatingLog } from './log-folder.ts'

async function textOf(path: string, options?: ReadLogOptions): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of readLog({ path }, options)) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

describe('the logs of a job', () => {
  it('are found by task and attempt, in the order of the plan, rotated or not', async () => {
    const folder = folderWith({
      'b.10.log': 'ten',
      'b.2.log': 'new',
      'b.2.log.1': 'older',
      'a.1.log': 'one',
      'status.json': '{}',
      'b.0.log': 'none',
      'other.1.log': 'of nobody',
    })
    const logs = await attemptLogs(folder, ['b', 'a', 'never'])
    expect(logs.map(({ taskId, attempt, bytes, isRotated }) => [taskId, attempt, bytes, isRotated])).toEqual([
      ['b', 2, 8, true],
      ['b', 10, 3, false],
      ['a', 1, 3, false],
    ])
    expect(logs[0]!.path).toBe(join(folder, 'b.2.log'))
  })

  it.each(['a/b', 'a.1', 'a.1.log', '..', 'ä'.repeat(300), 'test (20)', 'a\nb'])(
    'are found of a task called %j',
    async (taskId) => {
      const folder = folderWith()
      const log = rotatingLog(folder, taskId, 3, 1024)
      await log.write('x\n'.repeat(800))
      await log.end()
      const logs = await attemptLogs(folder, ['a', taskId, 'b'])
      expect(logs).toMatchObject([{ taskId, attempt: 3, path: log.path, bytes: 1600, isRotated: true }])
    },
  )

  it('are none where there is no folder, or one that holds none', async () => {
    expect(await attemptLogs(join(folderWith(), 'not', 'yet'), ['a'])).toEqual([])
    expect(await attemptLogs(folderWith(), ['a'])).toEqual([])
  })

  it('are files: nothing else of such a name is one', async () => {
    const folder = folderWith()
    mkdirSync(join(folder, 'a.1.log'))
    execFileSync('mkfifo', [join(folder, 'b.1.log')])
    expect(await attemptLogs(folder, ['a', 'b'])).toEqual([])
    expect(await textOf(join(folder, 'b.1.log'))).toBe('')
  })

  it('are told apart by when they were last written to', async () => {
    const folder = folderWith({ 'a.1.log': 'old', 'a.2.log': 'new', 'a.2.log.1': 'older part' })
    for (const name of ['a.1.log', 'a.2.log.1']) utimesSync(join(folder, name), 100, 100)
    utimesSync(join(folder, 'a.2.log'), 200, 200)
    const logs = await attemptLogs(folder, ['a'])
    expect(logs.map(({ changedAt }) => changedAt)).toEqual([100_000, 200_000])
    expect(writtenSince(logs, 200_000).map(({ attempt }) => attempt)).toEqual([2])
    expect(writtenSince(logs, 200_001)).toEqual([])
  })
})

describe('reading a log', () => {
  it('begins with the part before', async () => {
    const folder = folderWith({ 'a.1.log': 'three\n', 'a.1.log.1': 'one\ntwo\n' })
    expect(await textOf(join(folder, 'a.1.log'))).toBe('one\ntwo\nthree\n')
  })

  it('works at the instant at which a rotation has only moved it', async () => {
    const folder = folderWith({ 'a.1.log.1': 'one\ntwo\n' })
    expect(await attemptLogs(folder, ['a'])).toMatchObject([{ attempt: 1, bytes: 8 }])
    expect(await textOf(join(folder, 'a.1.log'))).toBe('one\ntwo\n')
  })

  it('gives nothing of a log that is gone', async () => {
    expect(await textOf(join(folderWith(), 'a.1.log'))).toBe('')
  })

  it('ends where the log ended when it began, however much is written meanwhile', async () => {
    const folder = folderWith()
    const log = rotatingLog(folder, 'a', 1, 1 << 20)
    await log.write('x'.repeat(200_000))
    let read = 0
    for await (const piece of readLog({ path: log.path })) {
      read += piece.length
      await log.write('y'.repeat(100_000))
    }
    await log.end()
    expect(read).toBe(200_000)
  })

  it('misses nothing of what it began with when the log is rotated meanwhile', async () => {
    const folder = folderWith()
    const log = rotatingLog(folder, 'a', 1, 100_000)
    await log.write(`${'1'.repeat(99)}\n`.repeat(900))
    const pieces: Uint8Array[] = []
    for await (const piece of readLog({ path: log.path })) {
      pieces.push(piece)
      await log.write(`${'2'.repeat(99)}\n`.repeat(3000))
    }
    await log.end()
    expect(Buffer.concat(pieces).toString()).toBe(`${'1'.repeat(99)}\n`.repeat(900))
  })

  it('ends when it is told to', async () => {
    const folder = folderWith({ 'a.1.log': 'x'.repeat(300_000) })
    const stop = new AbortController()
    let read = 0
    for await (const piece of readLog({ path: join(folder, 'a.1.log') }, { signal: stop.signal })) {
      read += piece.length
      stop.abort()
    }
    expect(read).toBe(65_536)
  })

  it('gives the last lines, across its parts, at the edges of blocks, ended or not', async () => {
    const anyLine = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) },
      { weight: 1, arbitrary: fc.integer({ min: 65_500, max: 65_560 }) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLine, { maxLength: 12 }),
        fc.boolean(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 14 }),
        async (lengths, isEnded, cutAt, tailLines) => {
          const lines = lengths.map((length, index) => String.fromCharCode(97 + index).repeat(length))
          const all = lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : '')
          const cut = Math.floor(all.length * cutAt)
          const folder = folderWith({ 'a.1.log.1': all.slice(0, cut), 'a.1.log': all.slice(cut) })
          const whole = all.split(/(?<=\n)/)
          const expected = tailLines === 0 ? '' : whole.slice(-tailLines).join('')
          expect(await textOf(logPath(folder, { taskId: 'a', attempt: 1 }), { tailLines })).toBe(expected)
        },
      ),
      { numRuns: 150 },
    )
  })
})
