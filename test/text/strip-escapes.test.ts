import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { stripEscapes } from '../../src/text/strip-escapes.ts'

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
    ['what was written over on its own line alone', 'one\ntwo\rthree', 'one\nthree'],
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
