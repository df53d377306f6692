import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, RunFolder } from '../../src/events/fold.ts'
import { anyFacts } from './any-facts.ts'

describe('the fold of any facts', () => {
  it('of a prefix, and then of the rest, is that of all of them', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(30), (facts, cut) => {
        const folder = new RunFolder()
        for (const fact of facts.slice(0, cut)) folder.apply(fact)
        expect(folder.view()).toEqual(fold(facts.slice(0, cut)))
        for (const fact of facts.slice(cut)) folder.apply(fact)
        expect(folder.view()).toEqual(fold(facts))
      }),
      { numRuns: 300 },
    )
  })

  it('gives views that later facts do not change', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const folder = new RunFolder()
        const views = facts.map((fact) => {
          folder.apply(fact)
          return folder.view()
        })
        for (const [index, view] of views.entries()) expect(view).toEqual(fold(facts.slice(0, index + 1)))
      }),
      { numRuns: 300 },
    )
  })

  it('counts each task once, in its status', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { counts, tasks } = fold(facts)
        for (const [status, count] of Object.entries(counts)) {
          expect(count).toBe([...tasks.values()].filter((task) => task.status === status).length)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('is told fact by fact as the views have it', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const folder = new RunFolder()
        for (const fact of facts) {
          folder.apply(fact)
          const { tasks, counts, seq, status } = folder.view()
          expect(folder.tasks).toEqual(tasks)
          expect(folder.counts).toEqual(counts)
          expect([folder.seq, folder.status]).toEqual([seq, status])
        }
      }),
      { numRuns: 100 },
    )
  })
})
