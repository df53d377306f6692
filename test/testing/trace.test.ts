import { trace } from 'dagmar/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRuntime, dag, type RunFact } from '../../src/index.ts'
import { recorded, recordedFacts } from './recorded.ts'

let facts: readonly RunFact[]

beforeAll(async () => {
  facts = await recordedFacts()
})

describe('the trace of a run', () => {
  it('says in which order tasks started and settled', () => {
    const { order, settled, runId } = trace(facts)
    expect(runId).toBe('run')
    expect(order).toEqual(['a', 'e', 'b', 'c', 'd'])
    expect(settled).toEqual(['a', 'e', 'c', 'b', 'd'])
  })

  it('has every attempt with its instants and its end', () => {
    expect(trace(facts).attempts('b')).toMatchObject([
      {
        attempt: 1,
        grantedAt: 5_000,
        startedAt: 5_000,
        endedAt: 5_000,
        end: 'retrying',
        failure: { message: 'not yet' },
      },
      {
        attempt: 2,
        grantedAt: 5_050,
        startedAt: 5_050,
        endedAt: 5_050,
        end: 'completed',
        failure: undefined,
      },
    ])
    expect(trace(facts).timeline.map(({ taskId }) => taskId)).toEqual(['a', 'e', 'b', 'c', 'b', 'd'])
  })

  it('knows the status of a task after each fact', () => {
    const run = trace(facts)
    const statuses = run.task('b').map(({ seq }) => run.status('b', seq))
    expect(statuses).toEqual([
      'ready',
      'dispatched',
      'starting',
      'running',
      'dispatched',
      'dispatched',
      'starting',
      'running',
      'completed',
    ])
    expect(run.status('b', 1)).toBe('pending')
    expect(run.status('d')).toBe('completed')
    expect(run.outcome('d')).toEqual({ status: 'completed', output: 'd' })
  })

  it('tells tasks that ran beside each other from those that did not', () => {
    const run = trace(facts)
    expect(run.overlap('a', 'e')).toBe(true)
    // One gpu for both.
    expect(run.overlap('b', 'c')).toBe(false)
    expect(run.overlap('c', 'd')).toBe(false)
  })

  it('tells the story of a task, and of the run, a line a fact', () => {
    const story = trace(facts).story('b')
    expect(story[0]).toMatch(/^#\d+ {2}\+0 ms {2}b ready \(because of #\d+\)$/)
    expect(story).toContainEqual(
      expect.stringMatching(
        /^#\d+ {2}\+0 ms {2}b retrying in 50 ms: not yet \(attempt 1, HANDLER_THREW, until \+50 ms\)$/,
      ),
    )
    expect(
      trace(facts)
        .story()
        .map((line) => line.split('  ')[2]),
    ).toEqual([
      expect.stringMatching(/^the run of \w+ was created with 5 tasks$/),
      'the run started',
      'the run completed',
    ])
  })

  it('is taken from a run itself, or from what the run tells of a task', async () => {
    const run = createRuntime().dispatch(recorded)
    const before = trace(run.story('a').length === 0 ? [...facts] : run.story('a'))
    expect(before.order).toContain('a')
    await run.kill()
    expect(trace(run).facts.at(-1)?.type).toBe('run.killed')
    expect(trace(run.story('a')).order).toEqual(
      trace(run)
        .attempts('a')
        .map(({ taskId }) => taskId),
    )
  })

  it('tells outputs that have no JSON in words', async () => {
    const loop: Record<string, unknown> = {}
    loop['loop'] = loop
    const run = createRuntime().dispatch(
      dag('odd')
        .task('a', async () => loop)
        .task('b', async () => 1n),
    )
    await run.result
    expect(trace(run).story('a').at(-1)).toContain('output an object')
    expect(trace(run).story('b').at(-1)).toContain('output 1')
  })
})

describe('a trace that cannot be', () => {
  it('names the nearest task, and refuses facts of several runs or of none', () => {
    expect(() => trace(facts).attempts('bb')).toThrow(/no task 'bb'\. Did you mean 'b'\?/)
    expect(() => trace([])).toThrow('There are no run facts to trace.')
    expect(() => trace([...facts, ...facts.map((fact) => ({ ...fact, runId: 'two' }))])).toThrow(
      'facts of 2 runs',
    )
  })

  it('is that of a run which has let go of its first facts', async () => {
    const run = createRuntime({ retainFacts: 5 }).dispatch(recorded)
    await run.result
    expect(() => trace(run)).toThrow(
      /The run has let go of its first \d+ facts\. Collect them from its events\$/,
    )
  })
})
