import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { command, processExecutor } from 'dagmar'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { AttemptLog } from '../../src/executors/process/attempt-log.ts'
import { expectNothingLeft, type RunningCommand, runLine, startCommand } from './commands.ts'

expectNothingLeft()

const folder = mkdtempSync(join(tmpdir(), 'rotation-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const numbers = (last: number): string => Array.from({ length: last }, (_, n) => `${n + 1}\n`).join('')

function pathOf({ attemptId }: Pick<RunningCommand, 'attemptId'>, logDir: string): string {
  return join(logDir, `run-${process.pid}`, `task.${attemptId.split('/').at(-1)}.log`)
}

describe('a log with a bound', () => {
  it('begins anew when it is full, and keeps the file before it', async () => {
    const logDir = join(folder, 'full')
    const run = await runLine('seq 5000', {}, { logDir, logBytes: 4096 })
    expect(run.last).toMatchObject({ type: 'attempt.completed', output: numbers(5000).trim() })
    const path = pathOf(run, logDir)
    const [older, newer] = [readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]
    expect(Math.max(older.length, newer.length)).toBeLessThanOrEqual(4096)
    expect(older.length).toBeGreaterThan(4000)
    expect(older).toMatch(/^\d+\n[^]*\n$/)
    expect(numbers(5000).endsWith(older + newer)).toBe(true)
    expect(readdirSync(join(logDir, `run-${process.pid}`))).toHaveLength(2)
  })

  it('says once that not all of it is kept, and where the rest is', async () => {
    const logDir = join(folder, 'warned')
    const run = await runLine('seq 5000', {}, { logDir, logBytes: 4096 })
    const path = pathOf(run, logDir)
    expect(run.warnings()).toEqual([expect.stringMatching(/has reached 4096 bytes .* the last 8192 bytes/)])
    expect(run.warnings()[0]).toContain(`in ${path}.1.`)
  })

  it('stays one file as long as everything fits', async () => {
    const logDir = join(folder, 'fits')
    const run = await runLine(
      'head -c 2048 /dev/zero; head -c 2048 /dev/zero',
      {},
      { logDir, logBytes: 4096 },
    )
    expect(statSync(pathOf(run, logDir)).size).toBe(4096)
    expect(existsSync(`${pathOf(run, logDir)}.1`)).toBe(false)
    expect(run.warnings()).toEqual([])
  })

  it('is not followed by what an earlier log of that name has left', async () => {
    const logDir = join(folder, 'left')
    const first = await runLine('echo one', {}, { logDir, logBytes: 4096 })
    const next = pathOf(first, logDir).replace(/\d+\.log$/, (name) => `${Number.parseInt(name) + 1}.log`)
    writeFileSync(`${next}.1`, 'of yesterday')
    const second = await runLine('echo two', {}, { logDir, logBytes: 4096 })
    expect(pathOf(second, logDir)).toBe(next)
    expect(existsSync(`${next}.1`)).toBe(false)
  })

  it('that cannot go on is told once, and the task goes on', async () => {
    const logDir = join(folder, 'gone')
    // It waits for an answer, while its folder is removed.
    const line = 'seq 400; echo ready; echo "::dagmar ask go?"; read -r go; seq 5000'
    const run = startCommand(command(line, { stdin: 'answers', speaks: true }), { logDir, logBytes: 4096 })
    await run.says('ready')
    await vi.waitFor(() => expect(readFileSync(pathOf(run, logDir), 'utf8')).toContain('ready'))
    rmSync(logDir, { recursive: true })
    run.executor.answer?.(run.attemptId, 'go')
    expect(await run.end).toMatchObject({ type: 'attempt.completed' })
    expect(run.warnings()).toEqual([expect.stringContaining('cannot be written: ENOENT')])
  })

  it('must have room for something', () => {
    expect(() => processExecutor({ logBytes: 1023 })).toThrow('an integer of 1024 or more, or Infinity')
  })
})

describe('what is kept of a log with a bound', () => {
  const anyPiece = fc.oneof(
    fc
      .array(fc.integer({ min: 0, max: 90 }), { maxLength: 12 })
      .map((lengths) => lengths.map((length) => `${'x'.repeat(length)}\n`).join('')),
    fc.integer({ min: 1, max: 300 }).map((length) => 'y'.repeat(length)),
  )

  it('is the end of what was written, in two files that are no larger, cut at the end of a line where one is near', async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPiece, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 64, max: 400 }),
        async (pieces, mostBytes) => {
          const path = join(folder, `any-${count++}.log`)
          const warnings: string[] = []
          const log = new AttemptLog({
            path,
            mostBytes,
            holdBack: () => undefined,
            warn: (message) => warnings.push(message),
          })
          for (const piece of pieces) if (piece !== '') log.write(Buffer.from(piece), 'stdout')
          await new Promise<void>((resolve) => log.end(resolve))
          const all = pieces.join('')
          if (all === '') return
          const newer = readFileSync(path, 'utf8')
          const older = existsSync(`${path}.1`) ? readFileSync(`${path}.1`, 'utf8') : ''
          expect(all.endsWith(older + newer)).toBe(true)
          expect(Math.max(newer.length, older.length)).toBeLessThanOrEqual(mostBytes)
          expect(warnings).toHaveLength(older === '' ? 0 : 1)
          if (older === '') expect(newer).toBe(all)
          else {
            expect(older.length).toBeGreaterThanOrEqual(mostBytes / 2)
            expect(newer).not.toBe('')
            const longest = Math.max(...all.split('\n').map(({ length }) => length + 1))
            if (longest <= mostBytes / 2) expect(older.at(-1)).toBe('\n')
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a log on a disk that is full', () => {
  it.each(['ENOSPC', 'EDQUOT'])(
    'is told once, holds nothing back, and is written no more: %s',
    async (code) => {
      const warnings: string[] = []
      const held: boolean[] = []
      let tried = 0
      const log = new AttemptLog({
        path: 'full.log',
        mostBytes: 4096,
        open: (_, highWaterMark) =>
          new Writable({
            highWaterMark,
            write: (_piece, _encoding, done) => {
              tried++
              done(Object.assign(new Error(`${code}: no room`), { code }))
            },
          }),
        holdBack: (isFull) => held.push(isFull),
        warn: (message) => warnings.push(message),
      })
      for (let count = 0; count < 10; count++) log.write(Buffer.alloc(100_000), 'stdout')
      await vi.waitFor(() => expect(warnings).toHaveLength(1))
      for (let count = 0; count < 10; count++) log.write(Buffer.alloc(100_000), 'stderr')
      await new Promise<void>((resolve) => log.end(resolve))
      expect(warnings).toEqual([`Its log full.log cannot be written: ${code}: no room.`])
      expect(held.at(-1)).toBe(false)
      expect(tried).toBe(1)
    },
  )
})
