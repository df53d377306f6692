import { describe, expect, it } from 'vitest'
import { planOfAnything, thrownBy } from './thrown.ts'

const run = () => 1
const errorOf = (options: unknown) =>
  thrownBy(() => planOfAnything({ name: 'dag', tasks: { build: { ...(options as object), run } } }))

describe('a bad option of a task', () => {
  it.each<[unknown, string, string]>([
    [
      { retry: { maxAttempts: -1 } },
      'CONFIG_INVALID',
      'tasks.build.retry.maxAttempts is -1, but it must be an integer of 1 or more, or Infinity.',
    ],
    [{ retry: { maxAttempts: 0 } }, 'CONFIG_INVALID', 'tasks.build.retry.maxAttempts is 0,'],
    [{ retry: { maxAttempts: 1.5 } }, 'CONFIG_INVALID', 'tasks.build.retry.maxAttempts is 1.5,'],
    [{ retry: { maxAttempts: Number.NaN } }, 'CONFIG_INVALID', 'tasks.build.retry.maxAttempts is NaN,'],
    [{ retry: { maxAttempts: '3' } }, 'CONFIG_INVALID', "tasks.build.retry.maxAttempts is '3',"],
    [{ retry: 3 }, 'CONFIG_INVALID', 'tasks.build.retry is 3, but it must be an object.'],
    [{ retry: { attempts: 3 } }, 'CONFIG_INVALID', "tasks.build.retry has an unknown field 'attempts'."],
    [{ retry: { backoff: null } }, 'CONFIG_INVALID', 'tasks.build.retry.backoff is null,'],
    [
      { retry: { backoff: { facter: 2 } } },
      'CONFIG_INVALID',
      "tasks.build.retry.backoff has an unknown field 'facter'. Did you mean 'factor'?",
    ],
    [
      { retry: { backoff: { base: 'soon' } } },
      'DURATION_INVALID',
      "tasks.build.retry.backoff.base is 'soon', which is not a duration.",
    ],
    [
      { retry: { backoff: { base: Infinity } } },
      'DURATION_INVALID',
      'tasks.build.retry.backoff.base is Infinity, but it must be finite.',
    ],
    [
      { retry: { backoff: { cap: Infinity } } },
      'DURATION_INVALID',
      'tasks.build.retry.backoff.cap is Infinity,',
    ],
    [
      { retry: { backoff: { base: 20, cap: 10 } } },
      'CONFIG_INVALID',
      'tasks.build.retry.backoff.base is 20 ms, longer than its cap of 10 ms.',
    ],
    [
      { retry: { backoff: { factor: 0.5 } } },
      'CONFIG_INVALID',
      'tasks.build.retry.backoff.factor is 0.5, but it must be a number of 1 or more.',
    ],
    [
      { retry: { backoff: { factor: Infinity } } },
      'CONFIG_INVALID',
      'tasks.build.retry.backoff.factor is Infinity,',
    ],
    [
      { retry: { backoff: { jitter: 2 } } },
      'CONFIG_INVALID',
      'tasks.build.retry.backoff.jitter is 2, but it must be between 0 and 1.',
    ],
    [{ timeout: 0 }, 'DURATION_INVALID', 'tasks.build.timeout is 0, but it must be more than 0.'],
    [{ timeout: -1 }, 'DURATION_INVALID', 'tasks.build.timeout is -1, which is not a duration.'],
    [{ timeout: '10x' }, 'DURATION_INVALID', "tasks.build.timeout is '10x',"],
    [{ timeout: null }, 'DURATION_INVALID', 'tasks.build.timeout is null,'],
    [{ startTimeout: 0 }, 'DURATION_INVALID', 'tasks.build.startTimeout is 0,'],
    [{ stall: true }, 'CONFIG_INVALID', 'tasks.build.stall is true, but it must be an object or false.'],
    [{ stall: null }, 'CONFIG_INVALID', 'tasks.build.stall is null,'],
    [{ stall: { after: 0 } }, 'DURATION_INVALID', 'tasks.build.stall.after is 0,'],
    [{ stall: { grace: '1s' } }, 'CONFIG_INVALID', 'tasks.build.stall has a grace but no after'],
    [{ stall: { afer: 1 } }, 'CONFIG_INVALID', "Did you mean 'after'?"],
    [{ killGrace: -5 }, 'DURATION_INVALID', 'tasks.build.killGrace is -5,'],
    [
      { priority: 'hihg' },
      'CONFIG_INVALID',
      "tasks.build.priority is 'hihg', but it must be an integer or one of critical, high, medium, low.",
    ],
    [{ priority: 'crtical' }, 'CONFIG_INVALID', "Did you mean 'critical'?"],
    [{ priority: 1.5 }, 'CONFIG_INVALID', 'tasks.build.priority is 1.5,'],
    [{ priority: 'toString' }, 'CONFIG_INVALID', "tasks.build.priority is 'toString',"],
    [{ estimate: -1 }, 'DURATION_INVALID', 'tasks.build.estimate is -1,'],
    [{ estimate: Infinity }, 'DURATION_INVALID', 'tasks.build.estimate is Infinity,'],
    [
      { uses: { gpu: 0 } },
      'CONFIG_INVALID',
      'tasks.build.uses.gpu is 0, but it must be an integer of 1 or more.',
    ],
    [{ uses: { gpu: Infinity } }, 'CONFIG_INVALID', 'tasks.build.uses.gpu is Infinity,'],
    [{ uses: { ' ': 1 } }, 'CONFIG_INVALID', 'The name of a pool in tasks.build.uses'],
    [{ uses: ['gpu'] }, 'CONFIG_INVALID', 'tasks.build.uses is an array,'],
    [
      { executor: '' },
      'CONFIG_INVALID',
      "tasks.build.executor is '', but it must be the name of an executor.",
    ],
    [
      { onFailure: 'skipp' },
      'CONFIG_INVALID',
      "tasks.build.onFailure is 'skipp', but it must be one of skip, abort, ignore, ask. Did you mean 'skip'?",
    ],
    [{ severity: 'fatal' }, 'CONFIG_INVALID', "tasks.build.severity is 'fatal',"],
    [
      { when: 'all-complete' },
      'DAG_INVALID',
      "tasks.build.when is 'all-complete', which is not a rule. Did you mean 'all-completed'?",
    ],
    [{ when: 3 }, 'DAG_INVALID', 'tasks.build.when is 3, which is not a rule.'],
    [{ tiemout: 3 }, 'CONFIG_INVALID', "tasks.build has an unknown field 'tiemout'. Did you mean 'timeout'?"],
  ])('is told by its path: %j', (options, code, message) => {
    const error = errorOf(options)
    expect(error.message).toContain(message)
    expect(error.code).toBe(code)
    expect(error.facts['field']).toContain('tasks.build')
  })

  it('is told by its path when the id needs quotes', () => {
    const error = thrownBy(() => planOfAnything({ name: 'dag', tasks: { 'a "b"': { timeout: 0, run } } }))
    expect(error.message).toContain('tasks["a \\"b\\""].timeout is 0')
  })

  it('is told by its path when the work gives it', () => {
    const work = { executor: 'process', work: {}, defaults: { killGrace: 'x' } }
    const error = thrownBy(() => planOfAnything({ name: 'dag', tasks: { build: { run: work } } }))
    expect(error.message).toContain("tasks.build.run.defaults.killGrace is 'x'")
  })
})

describe('a bad option of a dag', () => {
  it.each<[object, string, string]>([
    [
      { concurrency: -1 },
      'CONFIG_INVALID',
      'concurrency is -1, but it must be an integer of 0 or more, or Infinity.',
    ],
    [{ concurrency: 1.5 }, 'CONFIG_INVALID', 'concurrency is 1.5,'],
    [{ concurrency: null }, 'CONFIG_INVALID', 'concurrency is null,'],
    [{ pools: { gpu: 0 } }, 'CONFIG_INVALID', 'pools.gpu is 0, but it must be an integer of 1 or more.'],
    [{ pools: null }, 'CONFIG_INVALID', 'pools is null,'],
    [{ timeout: 0 }, 'DURATION_INVALID', 'timeout is 0, but it must be more than 0.'],
    [
      { order: 'lifo' },
      'CONFIG_INVALID',
      "order is 'lifo', but it must be one of fifo, critical-path, optimised. Did you mean 'fifo'?",
    ],
    [{ input: { parse: 1 } }, 'CONFIG_INVALID', 'input is an object, but it must be a Standard Schema.'],
    [{ defaults: { needs: [] } }, 'CONFIG_INVALID', "defaults has an unknown field 'needs'."],
    [{ defaults: { retry: { maxAttempts: 0 } } }, 'CONFIG_INVALID', 'defaults.retry.maxAttempts is 0,'],
    [
      { defaults: { retry: { backoff: { base: 2, cap: 1 } } } },
      'CONFIG_INVALID',
      'defaults.retry.backoff.base is 2 ms,',
    ],
    [{ defaults: { when: 'never' } }, 'DAG_INVALID', "defaults.when is 'never', which is not a rule."],
    [
      { concurency: 2 },
      'CONFIG_INVALID',
      "The plan has an unknown field 'concurency'. Did you mean 'concurrency'?",
    ],
  ])('is told by its path: %j', (options, code, message) => {
    const error = thrownBy(() => planOfAnything({ name: 'dag', tasks: {}, ...options }))
    expect(error.message).toContain(message)
    expect(error.code).toBe(code)
  })
})
