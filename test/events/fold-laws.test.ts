import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewRunFact, RunFact } from '../../src/events/facts.ts'
import { fold, RunFolder } from '../../src/events/fold.ts'
import { created, failure, numbered } from './made-facts.ts'

const ids = ['build', 'test'] as const
const anyFact: fc.Arbitrary<NewRunFact> = fc
  .record({
    make: fc.constantFrom<(taskId: string, attempt: number) => NewRunFact>(
      () => ({ type: 'run.started' }),
      () => ({ type: 'run.paused' }),
      () => ({ type: 'run.resumed' }),
      () => ({ type: 'run.failed', failure }),
      () => ({ type: 'run.redriven', tasks: [] }),
      (taskId) => ({ type: 'task.ready', taskId }),
      (taskId, attempt) => ({ type: 'task.dispatched', taskId, attempt, executor: 'inline' }),
      (taskId) => ({ type: 'task.deferred', taskId, executor: 'inline', carrying: 2, capacity: 2 }),
      (taskId, attempt) => ({ type: 'task.starting', taskId, attempt, until: 99 }),
      (taskId, attempt) => ({ type: 'task.started', taskId, attempt }),
      (taskId, attempt) => ({ type: 'task.asked', taskId, attempt, of: 'handler', question: 'really?' }),
      (taskId, attempt) => ({ type: 'task.answered', taskId, attempt, answer: 'retry' }),
      (taskId, attempt) => ({ type: 'task.stalled', taskId, attempt, silentMs: 50, until: 9 }),
      (taskId, attempt) => ({ type: 'task.retrying', taskId, attempt, failure, until: 9 }),
      (taskId, attempt) => ({ type: 'task.completed', taskId, attempt, output: 1 }),
      (taskId, attempt) => ({ type: 'task.killed', taskId, attempt, reason: 'enough', abandoned: false }),
      (taskId) => ({ type: 'task.redriven', taskId, from: 'killed' }),
      (taskId) => ({ type: 'task.skipped', taskId, because: 'rule-unmet' }),
    ),
    id: fc.constantFrom(...ids),
    attempt: fc.nat(5),
  })
  .map(({ make, id, attempt }) => make(id, attempt))

const anyFacts: fc.Arbitrary<readonly RunFact[]> = fc
  .array(anyFact, { maxLength: 30 })
  .map((facts) => numbered([created, ...facts]))

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
