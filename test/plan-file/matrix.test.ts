import { describe, expect, it } from 'vitest'
import { needsById, planOf, problemsOf, workById } from './read-plans.ts'

describe('a matrix', () => {
  it('makes a task of every combination, the last axis turning fastest', () => {
    const text = 'tasks: { test: { run: x, matrix: { node: [20, 22], os: [linux, mac] } } }'
    expect(Object.keys(needsById(text))).toEqual([
      'test(20, linux)',
      'test(20, mac)',
      'test(22, linux)',
      'test(22, mac)',
    ])
    expect(planOf(text).groups).toEqual(new Map([['test', Object.keys(needsById(text))]]))
  })

  it('leaves out what exclude agrees with, and adds what include lists', () => {
    const matrix =
      '{ node: [20, 22], os: [linux, mac], exclude: [{ node: 20, os: mac }, { os: linux }], include: [{ os: win, node: 18 }] }'
    expect(Object.keys(needsById(`tasks: { test: { run: x, matrix: ${matrix} } }`))).toEqual([
      'test(22, mac)',
      'test(18, win)',
    ])
  })

  it('gives what include adds to each combination that an entry agrees with, as on GitHub', () => {
    const text = `
tasks:
  t:
    run: x
    matrix:
      fruit: [apple, pear]
      animal: [cat, dog]
      include:
        - { color: green }
        - { color: pink, animal: cat }
        - { fruit: apple, shape: circle }
        - { fruit: banana }
        - { fruit: banana, animal: cat }
`
    const env = Object.entries(workById(text)).map(([id, work]) => {
      const { MATRIX_COLOR: color, MATRIX_SHAPE: shape } = (work as { env: Record<string, string> }).env
      return [id, color, shape]
    })
    expect(env).toEqual([
      ['t(apple, cat)', 'pink', 'circle'],
      ['t(apple, dog)', 'green', 'circle'],
      ['t(pear, cat)', 'pink', ''],
      ['t(pear, dog)', 'green', ''],
      ['t(banana)', '', ''],
      ['t(banana, cat)', '', ''],
    ])
  })

  it('calls a combination by its axes alone, whatever include adds to it', () => {
    const matrix = '{ node: [20, 22], include: [{ node: 22, npm: 10 }, { node: 24, npm: 11 }, { node: 20 }] }'
    expect(workById(`tasks: { t: { run: "echo \${{ matrix.npm }}!", matrix: ${matrix} } }`)).toMatchObject({
      't(20)': { run: 'echo !' },
      't(22)': { run: 'echo 10!' },
      't(24, 11)': { run: 'echo 11!' },
    })
  })

  it('may have axes with a dash, which is _ in the environment', () => {
    const text = 'tasks: { t: { run: "${{ matrix.node-version }}", matrix: { node-version: [20] } } }'
    expect(workById(text)).toMatchObject({ 't(20)': { run: '20', env: { MATRIX_NODE_VERSION: '20' } } })
  })

  it('may be a mere list of combinations', () => {
    const text = 'tasks: { t: { run: x, matrix: { include: [{ a: 1, b: x }, { b: y, a: 2 }] } } }'
    expect(Object.keys(needsById(text))).toEqual(['t(1, x)', 't(2, y)'])
  })

  it('hands its values to the command by environment, and in place of ${{ matrix.… }}', () => {
    const text = `
tasks:
  test:
    matrix: { node: [20, 1.10] }
    run: nvm exec \${{ matrix.node }} npm test \${{matrix.node}}
    env: { OUT: "out-\${{ matrix.node }}" }
    envFile: \${{ matrix.node }}.env
    cwd: v\${{ matrix.node }}
  list: { matrix: { big_one: [true] }, run: [echo, "\${{ matrix.big_one }}"] }
`
    expect(workById(text)).toEqual({
      'test(20)': {
        run: 'nvm exec 20 npm test 20',
        cwd: '/project/v20',
        env: { MATRIX_NODE: '20', OUT: 'out-20' },
        envFiles: ['/project/20.env'],
      },
      'test(1.10)': {
        run: 'nvm exec 1.10 npm test 1.10',
        cwd: '/project/v1.10',
        env: { MATRIX_NODE: '1.10', OUT: 'out-1.10' },
        envFiles: ['/project/1.10.env'],
      },
      'list(true)': { run: ['echo', 'true'], cwd: '/project', env: { MATRIX_BIG_ONE: 'true' } },
    })
  })
})

describe('a need', () => {
  const text = `
tasks:
  build: { run: x, matrix: { node: [20, 22] } }
  all: { run: x, needs: [build] }
  one: { run: x, needs: ["build(20)"] }
  same: { run: x, matrix: { node: [20, 22] }, needs: [build] }
  own: { run: x, matrix: { node: [20, 22] }, needs: ["build(\${{ matrix.node }})"] }
`

  it('of a task with a matrix waits for all that it stands for, or for the one it names', () => {
    expect(needsById(text)).toMatchObject({ all: ['build(20)', 'build(22)'], one: ['build(20)'] })
  })

  it('of a task with the same matrix waits for all as well, unless it names its own', () => {
    expect(needsById(text)).toMatchObject({
      'same(20)': ['build(20)', 'build(22)'],
      'same(22)': ['build(20)', 'build(22)'],
      'own(20)': ['build(20)'],
      'own(22)': ['build(22)'],
    })
  })

  it('is an id as it is written, whether it looks like a text or a number', () => {
    expect(
      needsById(
        'tasks: { 20: { run: x }, 1.10: { run: x }, true: { run: x }, n: { run: x, needs: [20, 1.10, true] } }',
      ),
    ).toMatchObject({ n: ['20', '1.10', 'true'] })
    expect(problemsOf('tasks:\n  1.1: { run: x }\n  n: { run: x, needs: [1.10] }')).toEqual([
      "3:24: tasks.n.needs[0] is '1.10', and there is no such task. Did you mean '1.1'?",
    ])
  })

  it('of one of them beside all of them is refused', () => {
    expect(
      problemsOf('tasks:\n  t: { run: x, matrix: { n: [1, 2] } }\n  a: { run: x, needs: [t, t(2)] }'),
    ).toEqual([
      "3:27: tasks.a.needs[1] brings in 't(2)', which is among the needs already. Name each dependency once.",
    ])
  })

  it('that is near to a task with a matrix, or to one of its tasks, is guessed', () => {
    expect(
      problemsOf(
        'tasks:\n  build: { run: x, matrix: { node: [20] } }\n  a: { run: x, needs: [biuld, build(21)] }',
      ),
    ).toEqual([
      "3:24: tasks.a.needs[0] is 'biuld', and there is no such task. Did you mean 'build'?",
      "3:31: tasks.a.needs[1] is 'build(21)', and there is no such task. Did you mean 'build(20)'?",
    ])
  })
})

describe('a matrix that is no good', () => {
  const ofMatrix = (matrix: string) => problemsOf(`tasks:\n  t: { run: x, matrix: ${matrix} }\n`)

  it.each([
    ['{}', 'is an object, but it must be an object of lists by axis, such as { node: [20, 22] }.'],
    ['[20, 22]', 'is a list, but it must be an object of lists by axis, such as { node: [20, 22] }.'],
    [
      '{ node: [] }',
      '.node is an empty list, but it must be a list of one or more texts, numbers or booleans.',
    ],
    ['{ node: 20 }', '.node is 20, but it must be a list of one or more texts, numbers or booleans.'],
    ['{ node: [[20]] }', '.node[0] is a list, but it must be a text, a number or a boolean.'],
    ['{ node.version: [20] }', '["node.version"] is no name for an axis: use letters, digits, - and _.'],
    [
      '{ node: [20], include: [{ a b: 1 }] }',
      '.include[0]["a b"] is no name for an axis: use letters, digits, - and _.',
    ],
    ['{ node: [20], include: 5 }', '.include is 5, but it must be a list of combinations.'],
    ['{ node: [20, 20] }', 'stands for (20) twice.'],
    ['{ node: [20], include: [{ node: 22 }, { node: 22 }] }', '.include[1] stands for (22) twice.'],
    [
      '{ node-version: [20], node_version: [22] }',
      ".node_version and 'node-version' would both be MATRIX_NODE_VERSION.",
    ],
    ['{ node: [20], include: [{ Node: 1 }] }', ".Node and 'node' would both be MATRIX_NODE."],
    [
      '{ node: [20], exclude: [{ nod: 20 }] }',
      ".exclude[0].nod is no axis of the matrix. Did you mean 'node'?",
    ],
    [
      '{ node: [20], exclude: [{ node: 22 }] }',
      '.exclude[0] excludes nothing: no combination agrees with it.',
    ],
    ['{ node: [20], exclude: [{ node: 20 }] }', 'stands for no task at all.'],
    ['{ node: [20], NODE: [22] }', ".NODE and 'node' would both be MATRIX_NODE."],
    [
      `{ text: ["${'x'.repeat(300)}"] }`,
      'makes an id that is no name: it has 303 characters, more than 200.',
    ],
  ])('is refused: %s', (matrix, problem) => {
    expect(ofMatrix(matrix)).toEqual([
      expect.stringContaining(`: tasks.t.matrix${/^[.[]/.test(problem) ? '' : ' '}${problem}`),
    ])
  })

  it('is refused when it stands for more than 10,000 tasks', () => {
    const values = JSON.stringify(Array.from({ length: 101 }, (_, index) => index))
    expect(ofMatrix(`{ a: ${values}, b: ${values} }`)).toEqual([
      '2:24: tasks.t.matrix stands for 10201 tasks, but at most 10000 are allowed.',
    ])
  })

  it('is refused when it has more axes than an id has room for', () => {
    const axes = Array.from({ length: 101 }, (_, index) => `a${index}: [1]`)
    expect(ofMatrix(`{ ${axes.join(', ')} }`)).toEqual([
      '2:24: tasks.t.matrix has 101 axes, but at most 100 are allowed.',
    ])
  })

  it('is refused when it is one too many, since a few aliases are short', () => {
    const values = JSON.stringify(Array.from({ length: 6_000 }, (_, index) => index))
    expect(
      problemsOf(
        `x-m: &m { n: ${values} }\ntasks:\n  a: { run: x, matrix: *m }\n  b: { run: x, matrix: *m }\n  c: { run: x, matrix: *m }`,
      ),
    ).toEqual(['4:24: tasks.b.matrix brings the plan to more than 10000 tasks made by matrices.'])
    const long = `"${'x'.repeat(20_000)}"`
    expect(problemsOf(`x-m: &m { n: ${values} }\ntasks:\n  a: { run: [x, ${long}], matrix: *m }`)).toEqual([
      expect.stringContaining('brings the plan to more than 100000000 characters by its matrices.'),
    ])
  })

  it('is refused when its values, or the variables of defaults, make it too long once they are filled in', () => {
    const hundred = JSON.stringify(Array.from({ length: 100 }, (_, index) => index))
    const long = JSON.stringify(Array.from({ length: 100 }, (_, index) => `${'y'.repeat(180)}${index}`))
    const many = '${{ matrix.a }}'.repeat(100)
    expect(problemsOf(`tasks: { t: { run: "${many}", matrix: { a: ${long}, b: ${hundred} } } }`)).toEqual([
      expect.stringContaining('brings the plan to more than 100000000 characters by its matrices.'),
    ])
    const variables = Array.from({ length: 2_000 }, (_, index) => `V${index}: x`).join(', ')
    const tasks = Array.from({ length: 2_000 }, (_, index) => `  t${index}: { run: x }`).join('\n')
    expect(problemsOf(`defaults: { env: { ${variables} } }\ntasks:\n${tasks}`)).toEqual([
      expect.stringContaining('more than 100000000 characters once everything is written out.'),
    ])
  })

  it('is refused when, with what needs it, it makes more than a million dependencies', () => {
    const values = JSON.stringify(Array.from({ length: 1_100 }, (_, index) => index))
    expect(
      problemsOf(
        `tasks:\n  a: { run: x, matrix: { n: ${values} } }\n  b: { run: x, matrix: { n: ${values} }, needs: [a] }`,
      ),
    ).toEqual([
      expect.stringMatching(/tasks\.b\.needs\[0\] brings the plan to more than 1000000 dependencies\.$/),
    ])
  })

  it('is refused when it makes an id that is there already', () => {
    expect(problemsOf('tasks:\n  t(1): { run: x }\n  t: { run: x, matrix: { a: [1, 2] } }')).toEqual([
      "3:3: tasks.t stands for a task 't(1)', and there is another one.",
    ])
  })

  it('is told of once, however many tasks it makes', () => {
    expect(
      problemsOf(
        'tasks:\n  m: { run: x, needs: [n], matrix: { x: [1, 2, 3] } }\n  n: { run: x, needs: [m, o] }',
      ),
    ).toEqual(["3:27: tasks.n.needs[1] is 'o', and there is no such task. Did you mean 'm'?"])
    expect(
      problemsOf(
        'tasks:\n  m: { run: x, needs: [n], matrix: { x: [1, 2, 3] } }\n  n: { run: x, needs: [m] }',
      ),
    ).toEqual([
      '2:24: Tasks depend on each other in a cycle: m(1) → n → m(1). Remove one of these dependencies: n at 2:24, m(1) at 3:24.',
    ])
  })
})

describe('${{ matrix.… }}', () => {
  it('is refused where there is no such axis, or no matrix', () => {
    expect(
      problemsOf(`defaults: { env: { A: "\${{ matrix.a }}" } }
tasks:
  a: { run: "echo \${{ matrix.nod }}", matrix: { node: [1] } }
  b: { run: "echo \${{ matrix.node }}" }`),
    ).toEqual([
      '1:23: defaults.env.A has ${{ matrix.a }}, but there is no matrix.',
      "3:13: tasks.a.run has ${{ matrix.nod }}, but the matrix has no such axis. Did you mean 'node'?",
      '4:13: tasks.b.run has ${{ matrix.node }}, but there is no matrix.',
    ])
  })

  it('is refused where it leaves no command', () => {
    expect(problemsOf('tasks:\n  a: { run: "${{ matrix.x }}", matrix: { x: [""] } }')).toEqual([
      "2:13: tasks.a.run makes no command: command is '', but it must be a text that is not empty.",
    ])
  })

  it('alone is known: what is written the same way is refused, other braces are the command’s affair', () => {
    expect(workById('tasks: { a: { run: "helm {{ x }} ${Z}" } }')).toMatchObject({
      a: { run: 'helm {{ x }} ${Z}' },
    })
    expect(() => workById('tasks: { a: { run: "echo ${{ outputs.b }}" } }')).toThrow(
      'has ${{ outputs.b }}, but only matrix, input, inputs, needs, attempt, runId, agent and model are known there',
    )
  })
})
