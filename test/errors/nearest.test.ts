import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/errors/nearest.ts'

describe('a misspelt word', () => {
  it.each([
    ['builld', 'build'],
    ['buid', 'build'],
    ['builds', 'build'],
    ['build-image', 'build-images'],
    ['Build', 'build'],
    ['tst', 'test'],
    ['biuld', 'build'],
  ])('is near to what was meant: %s to %s', (word, meant) => {
    expect(nearest(word, ['deploy', 'build', 'test', 'build-images'])).toBe(meant)
  })

  it('is near to nothing where too much of it differs', () => {
    expect(nearest('lint', ['deploy', 'build', 'test'])).toBeUndefined()
    expect(nearest('ab', ['cd'])).toBeUndefined()
    expect(nearest('', ['build'])).toBeUndefined()
    expect(nearest('build', [])).toBeUndefined()
  })

  it('is nearest to the first of those that are equally near', () => {
    expect(nearest('cat', ['bat', 'hat'])).toBe('bat')
    expect(nearest('cats', ['bat', 'cat'])).toBe('cat')
  })
})

/** The fewest insertions, deletions, replacements, and swaps of neighbours, as it is defined. */
function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const rest = distance(a.slice(1), b.slice(1))
  if (a[0] === b[0]) return rest
  const isSwapped = a[0] === b[1] && a[1] === b[0]
  const swapped = isSwapped ? distance(a.slice(2), b.slice(2)) : Number.POSITIVE_INFINITY
  return 1 + Math.min(rest, distance(a.slice(1), b), distance(a, b.slice(1)), swapped)
}

describe('the nearest word', () => {
  it('is the first of those with the fewest edits, at most a third of the word, or one', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (given, known) => {
        const allowed = Math.max(1, Math.floor(given.length / 3))
        const fewest = Math.min(...known.map((one) => distance(given, one)))
        const meant = fewest <= allowed ? known.find((one) => distance(given, one) === fewest) : undefined
        expect(nearest(given, known)).toBe(meant)
      }),
      { numRuns: 500 },
    )
  })
})
