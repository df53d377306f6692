import { describe, expect, it } from 'vitest'
import type { RunFact } from '../../../../src/events/facts.ts'
import { type FactFilter, FactIndex } from '../../../../src/inspector/page/facts/fact-index.ts'
import { law } from '../../../../src/testing/law/law.ts'
import { failure, numbered } from '../../../events/made-facts.ts'
import { anyScenario } from '../../../scenario/any-scenario.ts'
import { playScenario } from '../../../scenario/play-scenario.ts'

const all: FactFilter = { words: [], type: '', taskId: undefined }

const facts = numbered([
  { type: 'run.started' },
  { type: 'task.ready', taskId: 'build', causeSeq: 1 },
  { type: 'task.started', taskId: 'build', attempt: 1 },
  {
    type: 'task.failed',
    taskId: 'build',
    attempt: 1,
    failure,
    ignored: false,
    deadLettered: false,
    abandoned: false,
  },
  { type: 'task.skipped', taskId: 'test', because: 'dependency-failed', causedBy: 'build', causeSeq: 4 },
  { type: 'run.failed', causeSeq: 5 },
])

function indexOf(list: readonly RunFact[]): FactIndex {
  const index = new FactIndex(list)
  index.readOn()
  return index
}

describe('the facts of a run', () => {
  it('have the fact as a cause that they name, or the previous one of their task', () => {
    const index = indexOf(facts)
    expect(index.causesOf(6)).toEqual([5, 4, 3, 2, 1])
    expect(index.causesOf(1)).toEqual([])
    expect(index.effectsOf(4)).toEqual([5])
  })

  it('are found by words in any order, by type, by kind and by task', () => {
    const index = indexOf(facts)
    expect(index.fitting({ ...all, words: ['skipped', 'build'] })).toEqual([5])
    expect(index.fitting({ ...all, words: ['nowhere'] })).toEqual([])
    expect(index.fitting({ ...all, type: 'task.started' })).toEqual([3])
    expect(index.fitting({ ...all, type: 'run.' })).toEqual([1, 6])
    expect(index.fitting({ ...all, taskId: 'build' })).toEqual([2, 3, 4])
    expect(index.fitting(all)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('are found as they come', () => {
    const growing = facts.slice(0, 2)
    const index = indexOf(growing)
    expect(index.fitting({ ...all, taskId: 'build' })).toEqual([2])
    growing.push(...facts.slice(2))
    index.readOn()
    expect(index.fitting({ ...all, taskId: 'build' })).toEqual([2, 3, 4])
    expect(index.effectsOf(4)).toEqual([5])
  })

  law('are each an effect of their cause, which came before them', anyScenario(), async (scenario) => {
    const { runs } = await playScenario(scenario)
    for (const run of runs) {
      const index = indexOf(run.facts)
      for (const { seq } of run.facts) {
        const cause = index.causeOf(seq)
        expect(cause).toBeLessThan(seq)
        if (cause > 0) expect(index.effectsOf(cause)).toContain(seq)
        expect(index.effectsOf(seq).every((effect) => index.causeOf(effect) === seq)).toBe(true)
      }
    }
  })
})
