import { createRuntime, type Executor, type Fact, plan } from 'dagmar'
import { describe, expect, it } from 'vitest'

/** Writes a line in two halves, and completes. */
const halves: Executor = {
  start: (_, report) => {
    report({ type: 'attempt.started' })
    report({ type: 'attempt.output', text: '20 of 70', stream: 'stdout', isPartial: true })
    report({ type: 'attempt.output', text: '70 of 70', stream: 'stdout' })
    report({ type: 'attempt.completed', output: undefined })
  },
  abort: () => undefined,
}

describe('a line that has not ended', () => {
  it('is told live as it stands, and not held, since it comes again as a whole', async () => {
    const runtime = createRuntime({ executors: { halves } })
    const run = runtime.dispatch(
      plan({ name: 'two', tasks: { a: { executor: 'halves', run: () => undefined } } }),
    )
    const outputs = (facts: readonly Fact[]) =>
      facts.flatMap((fact) => (fact.type === 'task.output' ? [[fact.text, fact.isPartial]] : []))
    const live: Fact[] = []
    run.events$.subscribe((fact) => live.push(fact))
    await run.result
    const replayed: Fact[] = []
    run.events({ from: 1 }).subscribe((fact) => replayed.push(fact))
    expect(outputs(live)).toEqual([
      ['20 of 70', true],
      ['70 of 70', undefined],
    ])
    expect(outputs(replayed)).toEqual([['70 of 70', undefined]])
  })
})
