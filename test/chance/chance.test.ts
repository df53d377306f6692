import { describe, expect, it } from 'vitest'
import { chanceOf, hashOf } from '../../src/chance/hash.ts'
import { seeded } from '../../src/chance/seeded.ts'
import { backoffMs } from '../../src/scheduling/backoff.ts'

describe('chance', () => {
  it('gives the published numbers of FNV-1a', () => {
    expect(['', 'a', 'foobar'].map((text) => hashOf(text))).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
  })

  // A run that is replayed after an update waits as long, and a seed that found a fault goes on finding it.
  it('stays what it is from version to version', () => {
    const backoff = { baseMs: 1_000_000, factor: 1, capMs: 1e9, jitter: 0.5 }
    expect(['', 'run/task/1', 'lauf/größe/2', '🙂'].map((attempt) => backoffMs(backoff, 1, attempt))).toEqual(
      [1_168_922, 1_209_983, 1_037_678, 1_014_189],
    )
    expect(chanceOf(1, 'failure', 'build', 1)).toBe(0.0377220599912107)
    expect(chanceOf(7, 'duration', 'größe', 2)).toBe(0.8428277892526239)
    const next = seeded(1)
    expect([next(), next(), next()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  })

  it('takes the same letters in other words for something else', () => {
    expect(chanceOf(1, 23)).not.toBe(chanceOf(12, 3))
  })

  it('spreads over the whole of its range', () => {
    const tenths = new Set(
      Array.from({ length: 200 }, (_, task) => Math.floor(10 * chanceOf(1, `t${task}`, 1))),
    )
    expect(tenths.size).toBe(10)
  })
})
