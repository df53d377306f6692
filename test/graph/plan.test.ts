import { describe, expect, it } from 'vitest'
import { plan } from '../../src/graph/make-plan.ts'
import { planOfAnything, thrownBy } from './thrown.ts'

const run = () => 1
const tasksOf = (needs: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(needs).map(([id, own]) => [id, { needs: own, run }]))
const planWith = (needs: Readonly<Record<string, readonly string[]>>) =>
  plan({ name: 'dag', tasks: tasksOf(needs) })
const errorOf = (tasks: unknown) => thrownBy(() => planOfAnything({ name: 'dag', tasks }))

describe('a plan', () => {
  const planned = planWith({ ship: ['test', 'build'], build: [], test: ['build'] })

  it('names the tasks by their place', () => {
    expect(planned.tasks.map(({ id, index }) => [id, index])).toEqual([
      ['ship', 0],
      ['build', 1],
      ['test', 2],
    ])
    expect(planned.indexOf('test')).toBe(2)
    expect(planned.indexOf('constructor')).toBeUndefined()
  })

  it('links dependencies as written and dependents in ascending order', () => {
    expect(planned.tasks.map((task) => task.needs)).toEqual([[2, 1], [], [1]])
    expect(planned.tasks.map((task) => task.dependents)).toEqual([[], [0, 2], [0]])
  })

  it('has its structure as plain data', () => {
    const usual = { rule: 'all-completed', executor: 'inline', priority: 0, uses: {}, maxAttempts: 1 }
    const afterFailure = { onFailure: 'skip' }
    expect(JSON.parse(JSON.stringify(planned.structure))).toEqual([
      { id: 'ship', needs: ['test', 'build'], ...usual, ...afterFailure },
      { id: 'build', needs: [], ...usual, ...afterFailure },
      { id: 'test', needs: ['build'], ...usual, ...afterFailure },
    ])
    expect(planned.structure).toBe(planned.structure)
  })

  it('says in its structure what is asked of each task, with null for no limit and a name for a function', () => {
    const anyBuilt = () => true
    const { structure } = plan({
      name: 'dag',
      tasks: {
        build: { run, retry: { maxAttempts: Infinity }, priority: 'high', estimate: '2s', executor: 'gpu' },
        ship: { run, needs: ['build'], when: anyBuilt, uses: { gpu: 2 }, onFailure: 'ignore' },
      },
    })
    expect(JSON.parse(JSON.stringify(structure))).toEqual([
      {
        id: 'build',
        needs: [],
        rule: 'all-completed',
        executor: 'gpu',
        priority: 50,
        estimateMs: 2_000,
        uses: {},
        maxAttempts: null,
        onFailure: 'skip',
      },
      {
        id: 'ship',
        needs: ['build'],
        rule: { function: 'anyBuilt' },
        executor: 'inline',
        priority: 0,
        uses: { gpu: 2 },
        maxAttempts: 1,
        onFailure: 'ignore',
      },
    ])
  })

  it('cannot be changed', () => {
    const parts = [
      planned,
      planned.tasks,
      planned.pools,
      planned.structure,
      ...planned.structure,
      ...planned.tasks,
    ]
    const inner = planned.tasks.flatMap((task) => [
      task.needs,
      task.dependents,
      task.policy,
      task.backoff,
      task.uses,
    ])
    for (const part of [...parts, ...inner]) expect(Object.isFrozen(part)).toBe(true)
  })

  it('does not change with the definition', () => {
    const needs = ['a']
    const made = plan({ name: 'dag', tasks: { a: { run }, b: { needs, run } } })
    needs.push('c')
    expect(made.tasks[1]!.needs).toEqual([0])
    expect(Object.isFrozen(needs)).toBe(false)
  })

  it('without tasks is valid', () => {
    expect(planWith({}).tasks).toEqual([])
    expect(planWith({}).rank).toEqual(new Int32Array(0))
  })
})

describe('tasks given as a list', () => {
  it('may be pairs, tasks with ids, or a map', () => {
    const pairs = plan({
      name: 'dag',
      tasks: [
        ['a', { run }],
        ['b', { needs: ['a'], run }],
      ],
    })
    const listed = plan({
      name: 'dag',
      tasks: [
        { id: 'a', run },
        { id: 'b', needs: ['a'], run },
      ],
    })
    const mapped = plan({ name: 'dag', tasks: new Map(Object.entries(tasksOf({ a: [], b: ['a'] }))) })
    for (const made of [pairs, listed, mapped]) {
      expect(made.structure).toMatchObject([
        { id: 'a', needs: [] },
        { id: 'b', needs: ['a'] },
      ])
    }
  })

  it('may not have the same id twice', () => {
    const error = errorOf([
      { id: 'a', run },
      { id: 'b', run },
      { id: 'a', run },
    ])
    expect(error.code).toBe('DAG_DUPLICATE_TASK')
    expect(error.message).toContain("two tasks with the id 'a'; the second is tasks[2]")
  })

  it.each<[unknown, string]>([
    ['build', "tasks is 'build', neither an object of tasks by id nor a list of tasks."],
    [undefined, 'tasks is undefined,'],
    [null, 'tasks is null,'],
    [[3], 'tasks[0] is 3, neither a pair of id and task nor a task with an id.'],
    [[{ run }], 'The id of tasks[0] is undefined, not a text.'],
    [[['a', { run }, 1]], 'tasks[0] is an array,'],
  ])('must be tasks: %j', (tasks, message) => {
    const error = errorOf(tasks)
    expect(error.message).toContain(message)
    expect(error.code).toBe('DAG_INVALID')
  })
})

describe('an id', () => {
  it.each<[string, unknown, string]>([
    ['empty', '', 'is empty'],
    ['too long', 'x'.repeat(201), 'has 201 characters, more than 200'],
    ['with a control character', 'a\nb', 'has a control character: "a\\nb"'],
    ['with a C1 control character', 'a\u0085b', 'has a control character'],
    ['with a line separator', 'a\u2028b', 'has a control character'],
    ['with half a surrogate pair', 'a\ud800', 'has a control character'],
    ['__proto__', '__proto__', "is '__proto__'"],
    ['a number', 7, 'is 7, not a text'],
  ])('may not be %s', (_, id, message) => {
    const error = errorOf([[id, { run }]])
    expect(error.code).toBe('DAG_INVALID')
    expect(error.message).toContain(message)
  })

  it('may be __proto__ in no object either', () => {
    expect(errorOf(JSON.parse('{ "__proto__": {} }')).code).toBe('DAG_INVALID')
  })

  it.each(['x'.repeat(200), 'constructor', 'toString', 'a/b c"d', '日本語', '🚀', '0', ' '])(
    'may be %s',
    (id) => {
      const planned = plan({
        name: 'dag',
        tasks: [
          [id, { run }],
          ['last', { needs: [id], run }],
        ],
      })
      expect(planned.indexOf(id)).toBe(0)
      expect(planned.tasks[1]!.needs).toEqual([0])
    },
  )

  it('has the same bounds as the name of a dag', () => {
    expect(thrownBy(() => planOfAnything({ tasks: {} })).message).toContain(
      'The name of the dag is undefined',
    )
    expect(thrownBy(() => planOfAnything({ name: '', tasks: {} })).code).toBe('DAG_INVALID')
  })
})

describe('a dependency', () => {
  it('that does not exist is told with the nearest that does', () => {
    const error = errorOf({ build: { run }, test: { needs: ['buld'], run } })
    expect(error.code).toBe('DAG_UNKNOWN_TASK')
    expect(error.message).toBe(
      "tasks.test.needs[0] is 'buld', and there is no such task. Did you mean 'build'?",
    )
    expect(error.facts).toMatchObject({ field: 'tasks.test.needs[0]', taskId: 'buld', nearest: 'build' })
    expect(errorOf({ a: { needs: ['constructor'], run } }).code).toBe('DAG_UNKNOWN_TASK')
  })

  it('may not be named twice', () => {
    const error = errorOf({ build: { run }, test: { needs: ['build', 'build'], run } })
    expect(error.code).toBe('DAG_INVALID')
    expect(error.message).toContain("tasks.test.needs[1] is 'build', which tasks.test.needs has already")
  })

  it('may not be the task itself', () => {
    const error = errorOf({ test: { needs: ['test'], run } })
    expect(error.code).toBe('DAG_CYCLE')
    expect(error.message).toContain("Task 'test' is a cycle by itself: tasks.test.needs[0] is its own id.")
    expect(error.facts['path']).toEqual(['test', 'test'])
  })

  it.each<[unknown, string]>([
    ['build', "tasks.test.needs is 'build', not an array of task ids."],
    [[3], 'tasks.test.needs[0] is 3, not a task id.'],
    [Array(1), 'tasks.test.needs[0] is undefined, not a task id.'],
  ])('is named in an array of ids: not %j', (needs, message) => {
    expect(errorOf({ build: { run }, test: { needs, run } }).message).toContain(message)
  })
})

describe('a run of a task', () => {
  it.each<[unknown, string]>([
    [undefined, 'tasks.a has no run.'],
    ['npm test', "tasks.a.run is 'npm test', neither a handler nor the work of an executor."],
    [null, 'tasks.a.run is null,'],
    [{ executor: 'process' }, 'tasks.a.run is an object,'],
    [{ executor: '', work: 1 }, 'tasks.a.run is an object,'],
  ])('is a handler or work: not %j', (bad, message) => {
    const error = errorOf({ a: { run: bad } })
    expect(error.message).toContain(message)
    expect(error.code).toBe('DAG_INVALID')
  })
})

describe('an any-… rule', () => {
  it.each(['any-completed', 'any-failed', 'any-settled'])('without dependencies is an error: %s', (when) => {
    const error = errorOf({ a: { when, run } })
    expect(error.code).toBe('DAG_INVALID')
    expect(error.message).toContain(`tasks.a.when is '${when}', but the task has no dependencies`)
  })

  it('may be the default of a dag', () => {
    const tasks = tasksOf({ a: [], b: ['a'] })
    expect(plan({ name: 'dag', tasks, defaults: { when: 'any-completed' } }).tasks[1]!.rule).toBe(
      'any-completed',
    )
  })
})
