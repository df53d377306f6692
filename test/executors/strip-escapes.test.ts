import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Lines } from '../../src/executors/process/lines.ts'
import { stripEscapes } from '../../src/executors/process/strip-escapes.ts'

describe('text for a screen', () => {
  it.each([
    ['colours', '\u001B[1;31mred\u001B[0m', 'red'],
    ['colours with colons', '\u001B[38:2::1:2:3mred\u001B[m', 'red'],
    ['moves of the cursor', 'a\u001B[2K\u001B[1Gb\u001B[?25l', 'ab'],
    ['titles', '\u001B]0;title\u0007a\u001B]2;t\u001B\\b', 'ab'],
    ['links', '\u001B]8;;https://x\u001B\\link\u001B]8;;\u001B\\', 'link'],
    ['short sequences', '\u001B(Ba\u001B7b\u001Bc', 'ab'],
    ['sequences of one character', '\u009B31mred', 'red'],
    ['a title without an end, to the end of the line', 'a\u001B]0;title\nb', 'a\nb'],
    ['half a sequence', 'a\u001B', 'a'],
    ['control characters', 'a\u0000\u0007\b\u007Fb', 'ab'],
    ['what a progress bar has written over', ' 10%\r 50%\r100%\r\nnext\r', '100%\nnext'],
  ])('has no %s', (_, text, shown) => {
    expect(stripEscapes(text)).toBe(shown)
  })

  it('keeps tabs, newlines and all other characters', () => {
    expect(stripEscapes('a\tb\n✓ ä 日本 👍🏽')).toBe('a\tb\n✓ ä 日本 👍🏽')
  })

  test.prop([
    fc.string({
      unit: fc.constantFrom('\u001B', '[', ']', '1', ';', 'm', '\u0007', '\r', '\n', 'a', '\u009B'),
    }),
  ])('has no control characters at all, whatever it was', (text) => {
    // oxlint-disable-next-line no-control-regex
    expect(stripEscapes(text)).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/)
  })
})

describe('lines', () => {
  const line = fc.integer({ min: 0, max: 150_000 }).map((length) => `${'x'.repeat(length)}\n`)
  const texts = fc.oneof(
    fc.array(fc.constantFrom('a', '\n', 'bc\n', '\n\n')),
    fc.array(line, { maxLength: 4 }),
  )

  test.prop([texts, fc.integer({ min: 1, max: 70_000 })], { numRuns: 200 })(
    'are all there, in pieces of whole lines or of 64 KiB, however they arrive',
    (parts, size) => {
      const text = parts.join('')
      const pieces: string[] = []
      const lines = new Lines((piece) => pieces.push(piece.toString()))
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += size) lines.push(bytes.subarray(at, at + size))
      const whole = pieces.length
      lines.end()
      expect(pieces.join('')).toBe(text)
      expect(pieces.length - whole).toBeLessThanOrEqual(1)
      for (const piece of pieces.slice(0, whole)) {
        expect(piece.endsWith('\n') || piece.length === 65_536).toBe(true)
        expect(piece.length).toBeLessThanOrEqual(65_537)
      }
    },
  )
})
