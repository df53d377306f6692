import { injectInputs } from 'dagmar'
import { describe, expect, it } from 'vitest'

describe('the inputs of a task as a text for a prompt', () => {
  it('have each output under the id of its task, texts as they are and the rest as JSON', () => {
    expect(injectInputs({ 'a b': 'one\ntwo', c: { d: [1] }, e: null, gone: undefined })).toBe(
      '## a b\none\ntwo\n\n## c\n{"d":[1]}\n\n## e\nnull',
    )
    expect(injectInputs({})).toBe('')
  })

  it('are cut for each dependency, with a note of how long its output was', () => {
    expect(injectInputs({ a: 'x'.repeat(10_001), b: 'y'.repeat(10_000) })).toBe(
      `## a\n${'x'.repeat(10_000)}\n[cut: the first 10000 of 10001 characters]\n\n## b\n${'y'.repeat(10_000)}`,
    )
    expect(injectInputs({ a: 'abc' }, { limit: 2 })).toBe('## a\nab\n[cut: the first 2 of 3 characters]')
    expect(injectInputs({ a: 'abc' }, { limit: Infinity })).toBe('## a\nabc')
  })

  it('are cut between characters', () => {
    expect(injectInputs({ a: 'x😀y' }, { limit: 2 })).toBe('## a\nx\n[cut: the first 1 of 4 characters]')
  })

  it('refuse a limit that is none', () => {
    expect(() => injectInputs({}, { limit: 0 })).toThrow('injectInputs.limit is 0')
  })
})
