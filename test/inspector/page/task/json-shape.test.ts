import { describe, expect, it } from 'vitest'
import { brief, isLarger, membersOf, raw } from '../../../../src/inspector/page/task/json-shape.ts'

describe('a value in one line', () => {
  it.each([
    [{ passed: 118, files: ['a', 'b'] }, '{passed: 118, files: […2]}'],
    [[1, 'two', null, { deep: true }], '[1, "two", null, {…1}]'],
    ['a text', '"a text"'],
    [{}, '{}'],
    [null, 'null'],
    [true, 'true'],
  ])('%j', (value, line) => {
    expect(brief(value)).toBe(line)
  })

  it('is cut where it is long', () => {
    expect(
      brief(
        Array.from({ length: 1_000 }, (_, index) => index),
        12,
      ),
    ).toBe('[0, 1, 2, 3, …]')
    expect(brief('x'.repeat(100), 10)).toHaveLength(11)
  })
})

describe('a value', () => {
  it('is large by all that is in it', () => {
    expect(isLarger({ a: [1, 2, 3] }, 10)).toBe(false)
    expect(isLarger({ a: Array.from({ length: 20 }) }, 10)).toBe(true)
    expect(isLarger('x'.repeat(10_000), 10)).toBe(true)
    expect(isLarger([], 1)).toBe(false)
  })

  it('has members in its own order, or none', () => {
    expect(membersOf({ b: 1, a: 2 })).toEqual([
      ['b', 1],
      ['a', 2],
    ])
    expect(membersOf(['x'])).toEqual([['0', 'x']])
    expect(membersOf('text')).toBeUndefined()
    expect(membersOf(null)).toBeUndefined()
  })

  it('is copied as JSON, a text as it is', () => {
    expect(raw({ a: 1 })).toBe('{\n  "a": 1\n}')
    expect(raw('as it is')).toBe('as it is')
    expect(raw(undefined)).toBe('undefined')
  })
})
