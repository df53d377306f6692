import { describe, expect, it } from 'vitest'
import { parsePlan } from 'dagmar/plan-file'
import { problemsOf, refusalOf } from './read-plans.ts'

/** The problems of a task `a` with these fields; its line is the second, its fields begin in column 8. */
const ofTask = (fields: string) => problemsOf(`tasks:\n  a: { ${fields} }\n`)

describe('an unknown field', () => {
  it('is refused with the nearest known one, or the one that other tools mean by it', () => {
    expect(
      problemsOf('concurency: 4\nfoo: 1\ntasks:\n  a: { run: x, need: [b], dependsOn: [b], toString: 1 }\n'),
    ).toEqual([
      "1:1: concurency is an unknown field. Did you mean 'concurrency'?",
      '2:1: foo is an unknown field.',
      "4:16: tasks.a.need is an unknown field. Did you mean 'needs'?",
      "4:27: tasks.a.dependsOn is an unknown field. Did you mean 'needs'?",
      '4:43: tasks.a.toString is an unknown field.',
    ])
  })

  it('is told its place where there is one', () => {
    expect(problemsOf('env: {}\ndefaults: { needs: [] }\ntasks: {}')).toEqual([
      '1:1: env is an unknown field. It belongs into a task, or into defaults for all of them.',
      '2:13: defaults.needs is an unknown field. Only a task has it.',
    ])
  })

  it('is found below a task, too', () => {
    expect(ofTask('run: x, retry: { backof: { base: 1s } }, stall: { afer: 1s }')).toEqual([
      "2:25: tasks.a.retry.backof is an unknown field. Did you mean 'backoff'?",
      "2:58: tasks.a.stall.afer is an unknown field. Did you mean 'after'?",
    ])
  })
})

describe('a number where a duration belongs', () => {
  it('is refused, since it is not plain what it counts', () => {
    const hint = "but a duration has a unit: write '30s' for seconds or '30ms' for milliseconds."
    expect(
      problemsOf(
        `timeout: 30\ndefaults: { killGrace: 30 }\ntasks:\n  a: { run: x, retry: { backoff: { base: 30 } } }\n`,
      ),
    ).toEqual([
      `1:10: timeout is 30, ${hint}`,
      `2:24: defaults.killGrace is 30, ${hint}`,
      `4:42: tasks.a.retry.backoff.base is 30, ${hint}`,
    ])
  })

  it('is refused when it is 0 and that makes no sense', () => {
    expect(ofTask('run: x, timeout: 0, startTimeout: 0s, killGrace: 0')).toEqual([
      '2:25: tasks.a.timeout is 0, but it must be more than 0.',
      "2:42: tasks.a.startTimeout is '0s', but it must be more than 0.",
    ])
  })
})

describe('a NUL, which no program can be given', () => {
  it.each([
    ['run: "a\\0b"', 'run'],
    ['run: ["a\\0b"]', 'run'],
    ['run: [echo, "a\\0b"]', 'run'],
    ['run: x, cwd: "a\\0"', 'cwd'],
    ['run: x, env: { A: "\\0" }', 'env.A'],
    ['run: x, env: { "A\\0": b }', 'env'],
    ['run: x, envFile: "\\0"', 'envFile'],
    ['run: x, executor: "a\\0b"', 'executor'],
  ])('is refused where it stands: %s', (fields, path) => {
    const problems = ofTask(fields)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`tasks.a.${path}`)
  })
})

describe('a number in the input that would come to commands as another one', () => {
  it('is refused, where it stands', () => {
    expect(
      problemsOf('input: { ids: [1234567890123456789, 5], far: .inf, hex: 0x20000000000001 }\ntasks: {}\n'),
    ).toEqual([
      "1:16: input.ids[0] is 1234567890123456789, which JavaScript cannot hold exactly. Write it as a text: '1234567890123456789'.",
      "1:46: input.far is .inf, which JavaScript cannot hold exactly. Write it as a text: '.inf'.",
      "1:57: input.hex is 0x20000000000001, which JavaScript cannot hold exactly. Write it as a text: '0x20000000000001'.",
    ])
    expect(() => parsePlan('input: { a: 1.10, b: 1e3, c: 0x10, d: "1e400" }\ntasks: {}')).not.toThrow()
  })
})

describe('a value of the wrong type', () => {
  it.each([
    [
      'run: 5',
      "run is 5, but it must be a command: a text for the shell, or a list such as ['npm', 'test'].",
    ],
    [
      'run: " "',
      "run is ' ', but it must be a command: a text for the shell, or a list such as ['npm', 'test'].",
    ],
    ['run: []', 'run is an empty list, but it must be a list that begins with the name of a program.'],
    ['run: [-x]', 'run is a list, but it must be a list that begins with the name of a program.'],
    ['run: [x, {}]', 'run[1] is an object, but it must be a text, a number or a boolean.'],
    ['run: x, needs: b', "needs is 'b', but it must be a list of task ids."],
    ['run: x, needs: [[b]]', 'needs[0] is a list, but it must be the id of a task.'],
    ['run: x, needs: [""]', "needs[0] is '', but it must be the id of a task."],
    [
      'run: x, when: any-complete',
      "when is 'any-complete', but it must be one of all-completed, all-settled, all-failed, all-skipped, any-completed, any-failed, any-settled, none-failed, none-failed-min-one-completed, none-skipped, always. Did you mean 'any-completed'?",
    ],
    ['run: x, onFailure: stop', "onFailure is 'stop', but it must be one of skip, abort, ignore, ask."],
    ['run: x, severity: 1', 'severity is 1, but it must be one of error, critical.'],
    ['run: x, retry: 3', 'retry is 3, but it must be an object with fields such as maxAttempts, backoff.'],
    ['run: x, retry: { maxAttempts: 0 }', 'retry.maxAttempts is 0, but it must be an integer of 1 or more.'],
    [
      'run: x, retry: { backoff: { factor: 0.5 } }',
      'retry.backoff.factor is 0.5, but it must be a number of 1 or more.',
    ],
    [
      'run: x, retry: { backoff: { jitter: 2 } }',
      'retry.backoff.jitter is 2, but it must be a number between 0 and 1.',
    ],
    [
      'run: x, timeout: soon',
      "timeout is 'soon', which is not a duration: write one such as '250ms', '30s', '10m' or '2h'.",
    ],
    [
      'run: x, timeout: -1',
      "timeout is -1, which is not a duration: write one such as '250ms', '30s', '10m' or '2h'.",
    ],
    [
      'run: x, timeout:',
      "timeout is empty, which is not a duration: write one such as '250ms', '30s', '10m' or '2h'.",
    ],
    ['run: x, stall: true', 'stall is true, but it must be an object with fields such as after, grace.'],
    ['run: x, priority: urgent', "priority is 'urgent', but it must be one of critical, high, medium, low."],
    [
      'run: x, priority: 1.5',
      'priority is 1.5, but it must be an integer or one of critical, high, medium, low.',
    ],
    ['run: x, executor: inline', "executor is 'inline', which carries out no commands."],
    ['run: x, uses: [gpu]', 'uses is a list, but it must be an object of amounts by pool.'],
    ['run: x, uses: { gpu: 0 }', 'uses.gpu is 0, but it must be an integer of 1 or more.'],
    ['run: x, env: [A=b]', 'env is a list, but it must be an object of texts by name.'],
    ['run: x, env: { A: }', 'env.A is empty, but it must be a text, a number or a boolean.'],
    ['run: x, env: { A=B: c }', 'env["A=B"] is no name for an environment variable.'],
    ['run: x, envFile: 1', 'envFile is 1, but it must be a text that is not empty.'],
    ['run: x, cwd: ""', "cwd is '', but it must be a text that is not empty."],
    ['run: x, shell: [bash]', 'shell is a list, but it must be the name of a program.'],
    ['needs: []', 'run is missing: every task has a command to run.'],
  ])('is refused: %s', (fields, problem) => {
    expect(ofTask(fields)).toEqual([expect.stringMatching(/^2:\d+: /)])
    expect(ofTask(fields)[0]).toContain(`tasks.a.${problem}`)
  })

  it.each([
    ['name: 5', '1:7: name is no name: it is 5, not a text.'],
    ['concurrency: 0', '1:14: concurrency is 0, but it must be an integer of 1 or more.'],
    ['concurrency: .inf', '1:14: concurrency is Infinity, but it must be an integer of 1 or more.'],
    ['pools: { " ": 1 }', '1:10: pools[" "] is no name for a pool.'],
    [
      'order: lifo',
      "1:8: order is 'lifo', but it must be one of fifo, critical-path, optimised. Did you mean 'fifo'?",
    ],
    [
      'defaults: []',
      '1:11: defaults is an empty list, but it must be an object with fields such as when, onFailure, severity.',
    ],
  ])('is refused: %s', (field, problem) => {
    expect(problemsOf(`${field}\ntasks: {}`)).toEqual([problem])
  })
})

describe('tasks that do not go together', () => {
  it('are refused for a cycle, with the place of each dependency in it', () => {
    expect(
      problemsOf(
        'tasks:\n  a: { run: x, needs: [c] }\n  b: { run: x, needs: [a] }\n  c: { run: x, needs: [b] }\n  s: { run: x, needs: [s] }',
      ),
    ).toEqual([
      '2:24: Tasks depend on each other in a cycle: a → c → b → a. Remove one of these dependencies: c at 2:24, b at 4:24, a at 3:24.',
      "5:24: Task 's' is a cycle by itself: tasks.s.needs[0] is its own id. Take the id out of its needs.",
    ])
  })

  it('are refused for needs that are unknown or named twice', () => {
    expect(
      problemsOf(
        'tasks:\n  build: { run: x }\n  a: { run: x, needs: [biuld, zzzzzz] }\n  b: { run: x, needs: [build, build] }',
      ),
    ).toEqual([
      "3:24: tasks.a.needs[0] is 'biuld', and there is no such task. Did you mean 'build'?",
      "3:31: tasks.a.needs[1] is 'zzzzzz', and there is no such task.",
      "4:31: tasks.b.needs[1] brings in 'build', which is among the needs already. Name each dependency once.",
    ])
  })

  it('are refused for rules that no dependency can meet, waits out of order and a shell that is not asked', () => {
    expect(
      problemsOf(
        'tasks:\n  a: { run: x, when: any-failed }\n  b: { run: x, retry: { backoff: { base: 2m, cap: 1m } } }\n  c: { run: [x], shell: bash }',
      ),
    ).toEqual([
      "2:22: tasks.a.when is 'any-failed', but the task has no dependencies that could meet it. Name its dependencies in needs, or take the rule away.",
      '3:42: tasks.b.retry.backoff.base is 120000 ms, longer than its cap of 60000 ms. Raise the cap, or wait less at first.',
      '4:25: tasks.c.shell is set, but a list runs without a shell. Write run as one text, or take shell away.',
    ])
  })

  it('are refused for pools that are unknown or too small', () => {
    expect(
      problemsOf(
        'pools: { gpu: 1 }\ntasks:\n  a: { run: x, uses: { gpus: 1 } }\n  b: { run: x, uses: { gpu: 2 } }',
      ),
    ).toEqual([
      "3:24: tasks.a.uses.gpus is no pool of this plan. Did you mean 'gpu'? Say how much there is, as in pools: { gpus: 1 }.",
      '4:29: tasks.b.uses.gpu is 2, but the pool has 1: the task could never start. Let the task use less, or make the pool larger.',
    ])
  })

  it('are judged even when others are of the wrong shape, which brings up no problem that is none', () => {
    expect(
      problemsOf(
        'tasks:\n  a: { run: 5, needs: [b] }\n  b: { run: x, needs: [a, c] }\n  d: 7\n  e: { run: x, needs: [d], when: any-failed }',
      ),
    ).toEqual([
      "2:13: tasks.a.run is 5, but it must be a command: a text for the shell, or a list such as ['npm', 'test'].",
      "3:27: tasks.b.needs[1] is 'c', and there is no such task. Did you mean 'a'?",
      '4:6: tasks.d is 7, but it must be an object with fields such as run, needs, matrix.',
    ])
  })
})

describe('ids', () => {
  it('that are very long are refused, and not repeated in full', () => {
    const [problem] = problemsOf(`tasks: { ? ${'x'.repeat(5_000)} : { run: x } }`)
    expect(problem).toContain('is no name: it has 5000 characters, more than 200.')
    expect(problem!.length).toBeLessThan(200)
  })

  it('that have control characters are refused, and shown harmlessly', () => {
    const [problem] = problemsOf('tasks: { "a\\u001b[31m\\nb": { run: x } }')
    expect(problem).toContain('control character')
    expect(problem).not.toMatch(/\p{Cc}/u)
  })
})

describe('many problems', () => {
  it('are all in the error, and the first twenty in its message', () => {
    const tasks = Array.from({ length: 30 }, (_, index) => `  t${index}: { run: ${index} }`)
    const error = refusalOf(() => parsePlan(['tasks:', ...tasks].join('\n'), { file: 'ci/plan.yaml' }))
    expect(error.code).toBe('PLAN_INVALID')
    expect(error.problems).toHaveLength(30)
    expect(error.problems[0]).toMatchObject({ file: 'ci/plan.yaml', line: 2, column: 14 })
    const lines = error.message.split('\n')
    expect(lines).toHaveLength(21)
    expect(lines[0]).toMatch(/^ci\/plan\.yaml:2:14: tasks\.t0\.run is 0, /)
    expect(lines[20]).toBe('… and 10 more.')
  })
})
