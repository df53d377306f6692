import { readdirSync } from 'node:fs'
import { Writable } from 'node:stream'
import { SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { Backlog } from '../../src/cli/screen/backlog.ts'
import { type Reader, streamScreen } from '../../src/cli/screen/stream-screen.ts'
import { folderOf } from './folder.ts'

const path = folderOf()
const KiB = 1024

/** A stream whose reader takes a piece only when it is told to, and remembers what it has taken. */
function slowReader(options: { readonly most?: number } = {}) {
  const clock = new SimulatedClock()
  const waiting: { readonly text: string; readonly done: (error?: Error) => void }[] = []
  let taken = ''
  const stream = new Writable({
    decodeStrings: false,
    highWaterMark: 16 * KiB,
    write: (piece: string | Buffer, _encoding, done) => {
      waiting.push({ text: piece.toString(), done })
    },
  })
  const screen = streamScreen(stream as unknown as NodeJS.WriteStream, { clock, folder: path(), ...options })
  const readers: Reader[] = []
  screen.onReader((reader) => readers.push(reader))
  const takesPiece = async (): Promise<boolean> => {
    const piece = waiting.shift()
    taken += piece?.text ?? ''
    piece?.done()
    await turn()
    return piece !== undefined
  }
  return {
    clock,
    screen,
    readers,
    taken: () => taken,
    takesPiece,
    takesAll: async () => {
      while (await takesPiece());
    },
    breaks: async (code: string) => {
      waiting.shift()!.done(Object.assign(new Error(code), { code }))
      await turn()
    },
  }
}

/** Lets the event loop go round, which judging a reader waits for. */
async function turn(): Promise<void> {
  for (let round = 0; round < 4; round++) await new Promise((resolve) => setImmediate(resolve))
}

function linesOf(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `line ${from + index} ${'x'.repeat(KiB)}\n`)
}

describe('a reader that is slow', () => {
  it('gets everything in order, and is said to be behind until it has caught up', async () => {
    const { screen, readers, taken, takesAll } = slowReader()
    const lines = linesOf(3_000)
    for (const line of lines) screen.write(line)
    expect([readers, screen.isClogged, screen.isBehind]).toEqual([['behind'], false, true])
    await takesAll()
    expect(screen.isBehind).toBe(false)
    expect(taken() === lines.join('')).toBe(true)
    expect(readers).toEqual(['behind', 'present'])
  })

  it('is not given up as long as it takes something every ten seconds', async () => {
    const { clock, screen, readers, takesPiece } = slowReader()
    for (const line of linesOf(3_000)) screen.write(line)
    for (let piece = 0; piece < 5; piece++) {
      clock.advance(9_000)
      await turn()
      await takesPiece()
    }
    expect(readers).toEqual(['behind'])
  })

  it('is given up after ten seconds in which it took nothing, and gets all the same what waits, and what comes', async () => {
    const { clock, screen, readers, taken, takesPiece, takesAll } = slowReader()
    const lines = linesOf(2_000)
    for (const line of lines.slice(0, 1_000)) screen.write(line)
    clock.advance(9_999)
    await turn()
    expect(readers).toEqual(['behind'])
    clock.advance(1)
    await turn()
    expect(readers).toEqual(['behind', 'lost'])
    for (const line of lines.slice(1_000)) screen.write(line)
    await takesPiece()
    expect(readers).toEqual(['behind', 'lost', 'behind'])
    await takesAll()
    expect(taken() === lines.join('')).toBe(true)
    expect(readers.at(-1)).toBe('present')
  })

  it('was taking, where this process was stopped and what it took is not known yet', async () => {
    const { clock, screen, readers, takesPiece } = slowReader()
    for (const line of linesOf(1_000)) screen.write(line)
    clock.advance(60_000)
    await takesPiece()
    expect(readers).toEqual(['behind'])
  })

  it('is waited for at the end', async () => {
    const { screen, taken, takesAll } = slowReader()
    let isFlushed = false
    for (const line of linesOf(2_000)) screen.write(line)
    const flushed = async (): Promise<void> => {
      await screen.flushed()
      isFlushed = true
    }
    void flushed()
    await turn()
    expect(isFlushed).toBe(false)
    await takesAll()
    expect([isFlushed, taken().length]).toEqual([true, linesOf(2_000).join('').length])
  })

  it('is told to miss something only when the file is full, and when it has read that, no more', async () => {
    const { screen, takesAll } = slowReader({ most: 256 * KiB })
    for (const line of linesOf(1_100)) screen.write(line)
    expect(screen.isClogged).toBe(false)
    for (const line of linesOf(600)) screen.write(line)
    expect(screen.isClogged).toBe(true)
    await takesAll()
    expect(screen.isClogged).toBe(false)
  })
})

describe('a reader that goes away', () => {
  it('is told once, with what waited forgotten and nothing written any more', async () => {
    const { screen, breaks, takesPiece } = slowReader()
    const errors: (string | undefined)[] = []
    screen.onGone(({ code }) => errors.push(code))
    for (const line of linesOf(2_000)) screen.write(line)
    const flushed = screen.flushed()
    await breaks('EPIPE')
    await flushed
    screen.write('more')
    expect([errors, await takesPiece()]).toEqual([['EPIPE'], false])
  })
})

describe('a backlog', () => {
  it('gives back what it was given, in order, however the two alternate', () => {
    const backlog = new Backlog({ folder: path() })
    const [given, taken]: [string[], Buffer[]] = [[], []]
    for (let round = 0; round < 12; round++) {
      for (let index = 0; index < 400; index++) {
        given.push(`${round}.${index} äöü€ ${'y'.repeat(index * 3)}\n`)
        backlog.add(given.at(-1)!)
      }
      for (let index = 0; index < round * 40; index++) taken.push(backlog.take() ?? Buffer.alloc(0))
    }
    for (let piece = backlog.take(); piece !== undefined; piece = backlog.take()) taken.push(piece)
    expect(Buffer.concat(taken).toString() === given.join('')).toBe(true)
    expect([backlog.bytes, backlog.isFull]).toEqual([0, false])
  })

  it('leaves no file that has a name', () => {
    const backlog = new Backlog({ folder: path() })
    for (const line of linesOf(2_000)) backlog.add(line)
    expect(readdirSync(path())).toEqual([])
    backlog.close()
  })

  it('loses nothing where no file can be made, and says that it is full', () => {
    const backlog = new Backlog({ folder: path('nowhere') })
    const lines = linesOf(1_200)
    for (const line of lines) backlog.add(line)
    expect(backlog.isFull).toBe(true)
    const taken: Buffer[] = []
    for (let piece = backlog.take(); piece !== undefined; piece = backlog.take()) taken.push(piece)
    expect(Buffer.concat(taken).toString() === lines.join('')).toBe(true)
    expect(backlog.isFull).toBe(false)
  })
})
