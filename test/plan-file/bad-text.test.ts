import { describe, expect, it } from 'vitest'
import { problemsOf } from './read-plans.ts'

const ofAnObject = 'but it must be an object with fields such as name, input, concurrency.'

describe('a text that is no plan', () => {
  it.each([
    ['nothing', '', '1:1: The file is empty, but a plan has tasks. dagmar init writes one to begin with.'],
    [
      'a comment',
      '# later\n',
      '1:1: The file is empty, but a plan has tasks. dagmar init writes one to begin with.',
    ],
    ['prose', 'hello world', `1:1: The plan is 'hello world', ${ofAnObject}`],
    ['a list', '- a\n- b', `1:1: The plan is a list, ${ofAnObject}`],
    ['control characters', '\u0000\u001b[31m', `1:1: The plan is '\\u0000\\u001b[31m', ${ofAnObject}`],
    ['an object of something else', 'foo: 1', '1:1: foo is an unknown field.'],
    ['a plan without tasks', 'name: x', '1:1: tasks is missing: a plan has tasks by id.'],
    [
      'a plan whose tasks are left out',
      'tasks:',
      '1:7: tasks is empty, but it must be an object of tasks by id.',
    ],
  ])('is refused: %s', (_, text, problem) => {
    expect(problemsOf(text)).toContain(problem)
  })
})

describe('a text that is no YAML', () => {
  it.each([
    ['tabs', 'tasks:\n\ta: { run: x }\n', '2:1: Tabs are not allowed as indentation. Indent with spaces.'],
    [
      'a colon in a command',
      'tasks:\n  a:\n    run: echo: hi\n',
      "3:10: Nested mappings are not allowed in compact mappings. Put quotes around a text that has ': ' in it.",
    ],
    [
      'a bracket left open',
      'tasks: {\n  a: { run: x }\n',
      '3:1: Flow map in block collection must be sufficiently indented and end with a }.',
    ],
    ['a quote left open', 'tasks:\n  a: { run: "x }\n', '3:1: Missing closing "quote.'],
    [
      'a line that is no entry',
      'tasks:\n  a:\n    run: x\n   b: y\n',
      '4:1: All mapping items must start at the same column.',
    ],
    [
      'two documents',
      'tasks: {}\n---\ntasks: {}\n',
      '2:1: A second document begins here. A plan file is one document: no line with --- but the first.',
    ],
    [
      'a directive with what would colour a terminal',
      '%YAML \u001b[31m\n---\ntasks: {}\n',
      '1:7: Unsupported YAML version \\u001b[31m.',
    ],
    ['a tag that nobody knows', 'tasks: { a: { run: !secret x } }', '1:20: Unresolved tag: !secret.'],
    [
      'lists in lists in lists',
      `tasks: ${'['.repeat(30_000)}`,
      '1:108: Lists and objects are nested more than 100 deep here.',
    ],
  ])('is refused where the mistake is: %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
  })
})

describe('keys', () => {
  it('that occur twice are refused, with both their places', () => {
    expect(problemsOf('tasks:\n  a: { run: x }\n  b: { run: x }\n  a: { run: y }\n')).toEqual([
      "4:3: The key 'a' stands here for the second time. The first is at 2:3: rename or remove one of them.",
    ])
    expect(problemsOf('{ "tasks": { "20": { "run": "x", "run": "y" } } }')).toEqual([
      "1:34: The key 'run' stands here for the second time. The first is at 1:22: rename or remove one of them.",
    ])
    expect(problemsOf('tasks:\n  20: { run: x }\n  "20": { run: x }\n')).toHaveLength(1)
  })

  it('that are no text, or not safe, are refused', () => {
    expect(problemsOf('tasks:\n  ? [a]\n  : { run: x }\n')).toEqual(['2:5: This key is no text.'])
    expect(problemsOf('tasks:\n  ~: { run: x }\n')).toEqual(['2:3: This key is no text.'])
    expect(problemsOf('tasks:\n  __proto__: { run: x }\n')).toEqual([
      "2:3: '__proto__' is not safe as a key.",
    ])
  })
})

describe('aliases', () => {
  it('that multiply to more than anybody writes are refused at once', () => {
    const letters = 'abcdefghij'.split('')
    const bomb = letters.map((letter, index) => {
      const items = Array<string>(9).fill(index === 0 ? '1' : `*${letters[index - 1]!}`)
      return `x-${letter}: &${letter} [${items.join(', ')}]`
    })
    expect(problemsOf([...bomb, 'tasks: {}'].join('\n'))).toEqual([
      expect.stringMatching(/^6:\d+: With the alias \*e the plan has more than 500000 values\./),
    ])
  })

  it('that lead nowhere, or into themselves, are refused', () => {
    expect(problemsOf('tasks:\n  a: *b\n')).toEqual([
      '2:6: The alias *b leads nowhere: no anchor of that name stands before it.',
    ])
    expect(problemsOf('tasks: &t\n  a: *t\n')).toEqual([
      '2:6: The alias *t leads nowhere: it is inside of what it names.',
    ])
  })

  it('that merge what is no object are refused', () => {
    expect(problemsOf('x-a: &a 1\ntasks:\n  a: { <<: *a, run: x }\n')).toEqual([
      '3:8: The merge key << takes an object, or a list of objects. As in << : *name, where &name stands at an object.',
    ])
  })
})
