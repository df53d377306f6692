import { checkInvariants, executorConformance, rehearse, trace } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { createRuntime, dag } from '../../src/index.ts'

const shop = dag('shop').task('build', () => 1)

const thrown = (code: string, said: string): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(said) })

describe('a rehearsal refuses', () => {
  const hangs = { kind: 'hangs', taskId: 'build', attempt: 1 }
  it.each<readonly [unknown, code: string, said: string]>([
    [{ fault: [] }, 'CONFIG_INVALID', "has an unknown field 'fault'. Did you mean 'faults'?"],
    [{ faults: hangs }, 'CONFIG_INVALID', 'faults is an object, but it must be a list of faults'],
    [{ faults: ['fails'] }, 'CONFIG_INVALID', "faults[0] is 'fails', but it must be an object as { kind"],
    [{ faults: [{ kind: 'hang' }] }, 'CONFIG_INVALID', "faults[0].kind is 'hang'"],
    [{ faults: [{ kind: 'fails', taskId: 'build' }] }, 'CONFIG_INVALID', 'faults[0].attempt is undefined'],
    [{ faults: [{ ...hangs, kind: 'fails' }] }, 'CONFIG_INVALID', 'faults[0].how is undefined'],
    [{ faults: [{ ...hangs, attempt: 0 }] }, 'CONFIG_INVALID', 'faults[0].attempt is 0'],
    [{ faults: [{ ...hangs, att: 1 }] }, 'CONFIG_INVALID', "faults[0] has an unknown field 'att'"],
    [{ faults: [{ ...hangs, taskId: 'biuld' }] }, 'TASK_UNKNOWN', "Did you mean 'build'?"],
    [
      { faults: [{ kind: 'killed', taskId: 'x', at: 1 }] },
      'TASK_UNKNOWN',
      "faults[0].taskId names a task 'x'",
    ],
    [{ faults: [{ kind: 'drained' }] }, 'CONFIG_INVALID', 'faults[0].at is undefined'],
    [{ faults: [{ ...hangs, kind: 'ignores-end' }] }, 'CONFIG_INVALID', 'faults[0].forced is undefined'],
    [{ schedule: { bla: 1 } }, 'TASK_UNKNOWN', "schedule names a task 'bla'"],
    [{ schedule: { build: 1 } }, 'CONFIG_INVALID', "schedule['build'] is 1"],
    [{ schedule: { build: { run: 1 } } }, 'CONFIG_INVALID', "schedule['build'].start is undefined"],
    [{ concurrency: 0 }, 'CONFIG_INVALID', 'concurrency is 0'],
    [{ answers: ['maybe'] }, 'CONFIG_INVALID', "answers[0] is 'maybe'"],
    [{ answers: [] }, 'CONFIG_INVALID', 'answers is an array, but it must be a list of answers that is not'],
  ])('%j', async (options, code, said) => {
    await expect(rehearse(shop, options as object)).rejects.toThrow(thrown(code, said) as Error)
  })
})

describe('what is neither facts nor a run', () => {
  it.each<readonly [string, unknown, said: string]>([
    ['null', null, 'this is null. Give the facts of a run in a list, or the run itself'],
    ['a text', 'facts', "this is 'facts'."],
    ['an object', {}, 'this is an object. Give the facts of a run'],
    ['a list of something else', [null], 'a list with null in it'],
  ])('is refused: %s', (_, source, said) => {
    expect(() => trace(source as [])).toThrow(thrown('CONFIG_INVALID', said) as Error)
    expect(() => checkInvariants(source as [], shop)).toThrow(thrown('CONFIG_INVALID', said) as Error)
  })

  it('is refused with what to give instead: a trace', async () => {
    const run = createRuntime().dispatch(shop)
    await run.result
    const traced: unknown = trace(run)
    const said = 'an object that has facts, as a trace or a rehearsal. Give its facts, or the run itself.'
    expect(() => checkInvariants(traced as [], shop)).toThrow(thrown('CONFIG_INVALID', said) as Error)
  })
})

describe('the executor conformance refuses', () => {
  const nothing = (): undefined => undefined
  const sound = {
    name: 'mine',
    makeExecutor: nothing,
    work: { completes: nothing, fails: nothing, hangs: nothing },
  }
  it.each<readonly [string, unknown, said: string]>([
    ['an executor', { start: nothing, abort: nothing }, 'is an executor itself. Give { name, makeExecutor'],
    ['a function', nothing, 'is a function. Give { name'],
    ['no name', { ...sound, name: undefined }, 'name is undefined, but it must be a text. Give { name'],
    [
      'no makeExecutor',
      { ...sound, makeExecutor: {} },
      'makeExecutor is an object, but it must be a function',
    ],
    ['no work', { ...sound, work: undefined }, 'work is undefined'],
    ['work without hangs', { ...sound, work: { ...sound.work, hangs: 1 } }, 'work.hangs is 1'],
    ['an unknown field', { ...sound, patience: 5 }, "has an unknown field 'patience'"],
  ])('%s', (_, tried, said) => {
    expect(() => executorConformance(tried as never)).toThrow(thrown('CONFIG_INVALID', said) as Error)
  })
})
