import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutMiddle, placesOf } from '../../../../src/inspector/page/dag/cut-middle.ts'

describe('an id that is too long for its box', () => {
  it('is cut in its middle', () => {
    expect(cutMiddle('build', 5)).toBe('build')
    expect(cutMiddle('integration-tests(linux, 22)', 15)).toBe('integra…ux, 22)')
    expect(cutMiddle('build', 4)).toBe('bu…d')
    expect(cutMiddle('build', 1)).toBe('…')
    expect(cutMiddle('build', 0)).toBe('')
    expect(cutMiddle('', 3)).toBe('')
  })

  it('takes no more places than there are, and cuts no sign in two', () => {
    const sign = fc.constantFrom('a', 'é', '(', '東', '京', '🚀', 'ｶ')
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 40 }), fc.integer({ min: 2, max: 30 }), (signs, most) => {
        const text = signs.join('')
        const cut = cutMiddle(text, most)
        expect(placesOf(cut)).toBeLessThanOrEqual(most)
        if (cut === text) return
        const [head = '', tail = ''] = cut.split('…')
        expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
        expect(cut).not.toMatch(/\p{Surrogate}/u)
      }),
    )
  })
})
