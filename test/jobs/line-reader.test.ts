import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineReader } from '../../src/jobs/protocol/line-reader.ts'

describe('lines that come in pieces', () => {
  it('are the same wherever they are cut', () => {
    const anyLine = fc.string({ unit: 'grapheme', maxLength: 30 }).map((line) => line.replaceAll('\n', ' '))
    fc.assert(
      fc.property(fc.array(anyLine), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        const read: string[] = []
        const reader = new LineReader((line) => read.push(line))
        for (let at = 0; at < bytes.length; ) {
          const size = cuts.next().value as number
          expect(reader.push(bytes.subarray(at, at + size))).toBe(true)
          at += size
        }
        expect(read).toEqual(lines)
      }),
    )
  })

  it('are not kept beyond the bound, which the line before may set anew', () => {
    let longest = 5
    const read: string[] = []
    const reader = new LineReader(
      (line) => {
        read.push(line)
        longest = 10
      },
      () => longest,
    )
    expect(reader.push(Buffer.from('12345\n1234567'))).toBe(true)
    expect(reader.push(Buffer.from('890'))).toBe(true)
    expect(reader.push(Buffer.from('1'))).toBe(false)
    expect(read).toEqual(['12345'])
  })
})
