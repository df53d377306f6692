import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from '../../../src/events/fold.ts'
import { History } from '../../../src/inspector/page/state/history.ts'
import { anyFacts } from '../../events/any-facts.ts'
import { created, numbered, output } from '../../events/made-facts.ts'

describe('the history of a run', () => {
  it('is at any fact what the facts up to it fold to, whichever is asked first', () => {
    fc.assert(
      fc.property(anyFacts, fc.array(fc.nat(40)), (facts, asked) => {
        const history = new History()
        for (const fact of facts) history.apply(fact)
        for (const seq of asked.map((place) => 1 + (place % facts.length))) {
          const { statuses, ...moment } = history.at(seq)
          expect(moment).toEqual(fold(facts.slice(0, seq)))
          expect(statuses).toEqual([...moment.tasks.values()].map(({ status }) => status))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes a fact that it has already no second time', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const history = new History()
        for (const fact of [...facts, ...facts]) history.apply(fact)
        const { statuses: _, ...latest } = history.latest()
        expect(latest).toEqual(fold(facts))
      }),
    )
  })

  it('keeps the latest that passes, and says that there was more', () => {
    const history = new History()
    for (const fact of numbered([created, { type: 'run.started' }])) history.apply(fact)
    for (let line = 1; line <= 25_000; line++) history.apply(output(2, `${line}`))
    expect(history.isCut).toBe(false)
    history.apply(output(2, 'last'))
    expect(history.isCut).toBe(true)
    expect(history.passing).toHaveLength(20_000)
    expect(history.passing.at(-1)).toMatchObject({ text: 'last' })
  })

  it('knows which fact an instant falls behind', () => {
    const facts = numbered([
      created,
      { type: 'run.started' },
      { type: 'run.paused' },
      { type: 'run.resumed' },
    ])
    const history = new History()
    for (const fact of facts) history.apply(fact)
    for (const { at } of facts) expect(history.seqAt(at)).toBe(facts.findLast((fact) => fact.at <= at)!.seq)
    expect(history.seqAt(facts[0]!.at - 1)).toBe(0)
    expect(history.seqAt(facts.at(-1)!.at + 1_000)).toBe(facts.length)
  })

  it('shows how far a task is, as its latest progress said, now and not before', () => {
    const history = new History()
    const facts = numbered([
      created,
      { type: 'task.ready', taskId: 'build' },
      { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' },
      { type: 'task.starting', taskId: 'build', attempt: 1 },
      { type: 'task.started', taskId: 'build', attempt: 1 },
    ])
    for (const fact of facts) history.apply(fact)
    const { runId, at } = facts.at(-1)!
    history.apply({ type: 'task.progress', taskId: 'build', attempt: 1, percent: 40, runId, at, afterSeq: 5 })
    expect(history.at(5).tasks.get('build')?.progress).toEqual({ percent: 40 })
    expect(history.at(4).tasks.get('build')?.progress).toBeUndefined()
  })
})
