import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShownLog } from '../../../src/jobs/logs/shown-log.ts'

function shown(pieces: readonly (string | Uint8Array)[], isColoured = false): readonly string[] {
  const log = new ShownLog({ isColoured })
  return [...pieces.flatMap((piece) => log.push(Buffer.from(piece))), ...log.end()]
}

describe('a log on a terminal', () => {
  it('is whole lines, however its bytes are cut', () => {
    expect(shown(['one\ntw', 'o\n', '\n', 'three'])).toEqual(['one', 'two', '', 'three'])
    const ae = Buffer.from('ä')
    expect(shown([ae.subarray(0, 1), ae.subarray(1)])).toEqual(['ä'])
    expect(shown([ae.subarray(0, 1)])).toEqual(['�'])
    expect(shown([])).toEqual([])
  })

  it('has no escape codes, but colours where they are wanted, which end with their line', () => {
    const evil = '\u001b]0;title\u0007\u001b[31mred\u001b[2J\u001b[1;1H\u001bc and on\n\u202eturned\n'
    expect(shown([evil])).toEqual(['red and on', 'turned'])
    expect(shown([evil], true)).toEqual(['\u001b[31mred and on\u001b[0m', 'turned'])
  })

  it('has of a progress bar the latest state alone', () => {
    expect(shown(['10%\r20%', '\r30%\r\n', 'done\r\n'])).toEqual(['30%', 'done'])
  })

  it('has a line that never ends in parts, and does not keep it', () => {
    const lines = shown(Array.from({ length: 100 }, () => 'x'.repeat(10_000)))
    expect(lines.join('')).toBe('x'.repeat(1_000_000))
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(80_000)
  })

  it('never has a control character that it was not meant to have, wherever it is cut', () => {
    const anyBytes = fc.array(
      fc.oneof(
        fc.constantFrom(
          '\u001b[31m',
          '\u001b[2J',
          '\u001b]8;;x\u001b\\',
          '\u009b1A',
          '\r',
          '\n',
          '\u0007',
          '\b',
        ),
        fc.string({ maxLength: 5 }),
        fc.uint8Array({ maxLength: 5 }),
      ),
    )
    fc.assert(
      fc.property(anyBytes, fc.integer({ min: 1, max: 7 }), fc.boolean(), (parts, size, isColoured) => {
        const all = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
        const pieces = []
        for (let at = 0; at < all.length; at += size) pieces.push(all.subarray(at, at + size))
        const lines = shown(pieces, isColoured)
        expect(lines).toEqual(shown([all], isColoured))
        for (const line of lines) {
          // oxlint-disable-next-line no-control-regex
          const rest = isColoured ? line.replaceAll(/\u001b\[[\d;:]*m/g, '') : line
          // oxlint-disable-next-line no-control-regex
          expect(rest).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
        }
      }),
      { numRuns: 500 },
    )
  })
})
