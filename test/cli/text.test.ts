import { fc, it as prop } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { lineOf, rowOf, type Span } from '../../src/cli/screen/spans.ts'
import { painter, wantsColours } from '../../src/cli/screen/colours.ts'
import { shownLines, shownMessage, shownText } from '../../src/text/shown-text.ts'
import { cutToWidth, displayWidth } from '../../src/cli/screen/text-width.ts'
import { lookFor } from '../../src/cli/run/choose-display.ts'
import { lineTime, tickingTime } from '../../src/cli/view/show-time.ts'

describe('the width of a text', () => {
  it.each([
    ['plain', 5],
    ['', 0],
    ['é', 1],
    ['e\u0301', 1],
    ['漢字', 4],
    ['한글', 4],
    ['ｆ', 2],
    ['🚀', 2],
    ['a\u200bb', 2],
    ['█░●…', 4],
    ['👨‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['☺️', 2],
  ])('of %s is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('is measured in part where nobody would see the rest', () => {
    expect(displayWidth('漢'.repeat(5_000))).toBe(6_000)
    expect(cutToWidth(`a${'\u0301'.repeat(5_000)}`, 5)).toBe(`a${'\u0301'.repeat(79)}…`)
    expect(cutToWidth('e\u0301'.repeat(5_000), 3)).toBe('e\u0301e\u0301…')
  })

  prop.prop([fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 })])(
    'is never more than it was cut to',
    (text, most) => {
      const cut = cutToWidth(text, most)
      expect(displayWidth(cut)).toBeLessThanOrEqual(most)
      if (displayWidth(text) <= most) expect(cut).toBe(text)
    },
  )
})

describe('a text of somebody else', () => {
  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['a\tb', 'a  b'],
    ['10%\r50%\r100%\r\n', '100%'],
    ['bell\u0007\u0000', 'bell'],
    ['\u202eright to left', 'right to left'],
    ['\u001b]0;title\u0007text', 'text'],
    ['漢字', '漢字'],
  ])('%j is shown as %j', (text, shown) => {
    expect(shownText(text)).toBe(shown)
  })

  it('has its lines shown one by one', () => {
    expect(shownLines('one\n\ntwo\r\n')).toEqual(['one', '', 'two'])
  })

  it('has its lines kept in a message', () => {
    expect(shownMessage('dagmar: \u001b[31mred\u202e\r\n\ttwo\n')).toBe('dagmar: red\n  two')
  })

  prop.prop([fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 })])(
    'is harmless in every line and row that is made of spans',
    (text, columns) => {
      const spans: Span[] = [
        ['build ', 'strong'],
        [text, 'plain'],
      ]
      for (const line of [lineOf(spans, painter(false)), rowOf(spans, columns, painter(false))]) {
        expect(line).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u)
      }
    },
  )

  prop.prop([fc.string({ unit: 'binary' })])('has no control character when it is shown', (text) => {
    expect(shownText(text)).not.toMatch(/\p{Cc}/u)
  })
})

describe('colours', () => {
  const choice = (env: Record<string, string>, isTerminal = true, isRefused = false) =>
    wantsColours({ env, isTerminal, isRefused })

  it('are there on a terminal that is not dumb, and where FORCE_COLOR asks for them', () => {
    expect(choice({})).toBe(true)
    expect(choice({ TERM: 'dumb' })).toBe(false)
    expect(choice({}, false)).toBe(false)
    expect(choice({ FORCE_COLOR: '1' }, false)).toBe(true)
    expect(choice({ FORCE_COLOR: '' }, false)).toBe(true)
    expect(choice({ FORCE_COLOR: '0' })).toBe(false)
  })

  it('are not there with NO_COLOR, unless that is empty, nor with --no-color', () => {
    expect(choice({ NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false)
    expect(choice({ NO_COLOR: '' })).toBe(true)
    expect(choice({ FORCE_COLOR: '1' }, true, true)).toBe(false)
  })
})

describe('the look of a run', () => {
  it.each([
    [false, {}, true, 'live'],
    [false, {}, false, 'plain'],
    [false, { CI: 'true' }, true, 'plain'],
    [false, { CI: 'false' }, true, 'live'],
    [false, { TERM: 'dumb' }, true, 'plain'],
    [true, {}, true, 'json'],
  ] as const)('with json %s, %j and a terminal %s is %s', (json, env, isTerminal, look) => {
    expect(lookFor(json, { env, isTerminal })).toBe(look)
  })
})

describe('times', () => {
  it('tick by the second', () => {
    expect([0, 59_999, 65_000, 3_600_000, 7_384_000].map(tickingTime)).toEqual([
      '0s',
      '59s',
      '1m05s',
      '1h00m',
      '2h03m',
    ])
  })

  it('of lines have a fixed width for the first hour', () => {
    expect([0, 1_250, 754_000, 3_600_000].map(lineTime)).toEqual([
      '00:00.0',
      '00:01.2',
      '12:34.0',
      '1:00:00.0',
    ])
  })
})
