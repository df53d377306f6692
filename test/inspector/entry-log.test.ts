import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from 'dagmar/inspector'
import { EntryLog } from '../../src/inspector/recording/entry-log.ts'

type Read = { readonly first: number; readonly entries: readonly Entry[]; readonly last: number }

function read(log: EntryLog, after: number, bytes: number): Read | undefined {
  const stretch = log.after(after, bytes, 0)
  return (
    stretch && { ...stretch, entries: JSON.parse(`[${Buffer.concat(stretch.json).toString()}]`) as Entry[] }
  )
}

/** The numbers that a reader gets who goes on as it is told to, with what stands at each; gaps count all they stand for. */
function numbersOf(log: EntryLog, after: number, sizes: () => number): Map<number, Entry | 'gone'> {
  const got = new Map<number, Entry | 'gone'>()
  for (let at = after; ; ) {
    const stretch = read(log, at, sizes())
    if (stretch === undefined) return got
    expect(stretch.first).toBe(at + 1)
    for (const [index, entry] of stretch.entries.entries()) {
      const number = stretch.first + index
      if (entry.kind !== 'dropped') got.set(number, entry)
      else for (let gone = 0; gone < entry.count; gone++) got.set(number + gone, 'gone')
      if (entry.kind === 'dropped') expect(index).toBe(stretch.entries.length - 1)
    }
    expect(got.has(stretch.last) && !got.has(stretch.last + 1)).toBe(true)
    at = stretch.last
  }
}

const entry = (text: string, number: number): string => JSON.stringify({ kind: 'fact', text, number })
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'é'.repeat(300), '😀', '\u2028'),
)

describe('a log', () => {
  it('gives each entry once and in order, however it is split, and from wherever one goes on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: anyText, passes: fc.boolean() }), { minLength: 1, maxLength: 1_500 }),
        fc.integer({ min: 1, max: 30_000 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 3_000 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (pushed, mostPassing, sizes, from) => {
          const log = new EntryLog({ mostPassing })
          for (const [index, { text, passes }] of pushed.entries()) log.push(entry(text, index + 1), passes)
          const after = Math.floor(from * pushed.length)
          const got = numbersOf(log, after, () => sizes.next().value as number)
          expect([...got.keys()]).toEqual(
            Array.from({ length: pushed.length - after }, (_, i) => after + 1 + i),
          )
          for (const [number, what] of got) {
            const { text, passes } = pushed[number - 1]!
            if (what === 'gone') expect(passes).toBe(true)
            else expect(what).toEqual({ kind: 'fact', text, number })
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gives what came meanwhile to a reader in the midst of it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 20 }), (steps) => {
        const log = new EntryLog({ mostPassing: 5_000 })
        let count = 0
        let at = 0
        const seen: number[] = []
        for (const step of steps) {
          for (let more = 0; more < step; more++) log.push(entry('x', ++count), count % 3 === 0)
          for (const number of numbersOf(log, at, () => 500).keys()) seen.push(number)
          at = count
        }
        expect(seen).toEqual(Array.from({ length: count }, (_, index) => index + 1))
      }),
    )
  })

  it('keeps facts whatever passes, and takes bounded room for that', () => {
    const log = new EntryLog({ mostPassing: 100_000 })
    log.push(entry('first', 1))
    for (let number = 2; number <= 200_000; number++) log.push(entry('y'.repeat(100), number), true)
    log.push(entry('last', 200_001))
    let held = 0
    for (let at = 0; ; ) {
      const stretch = log.after(at, 1_000_000, 0)
      if (stretch === undefined) break
      held += Buffer.concat(stretch.json).length
      at = stretch.last
    }
    expect(held).toBeLessThan(250_000)
    const { entries } = read(log, 0, 1_000)!
    expect(entries).toMatchObject([{ text: 'first' }, { kind: 'dropped' }])
    const { count } = entries[1] as Extract<Entry, { kind: 'dropped' }>
    expect(count).toBeGreaterThan(195_000)
    expect(numbersOf(log, 0, () => 100_000).get(200_001)).toMatchObject({ text: 'last' })
  })

  it('has nothing after its last entry', () => {
    const log = new EntryLog()
    expect(log.after(0, 10, 0)).toBeUndefined()
    log.push(entry('a', 1))
    expect(log.after(1, 10, 0)).toBeUndefined()
    expect(log.after(5, 10, 0)).toBeUndefined()
  })
})
