import { describe, expect, it } from 'vitest'
import { PlanFileError, readStg, simulate } from 'dagmar/simulation'

const graph = `      3
  0  0  0
  1  9  1  0
  2  4  1  0   # a comment

  3  3  2  1  2
  4  0  1  3
# more comments
`

function problemsOf(text: string): readonly string[] {
  try {
    readStg(text, { file: 'bad.stg' })
  } catch (thrown) {
    if (thrown instanceof PlanFileError)
      return thrown.problems.map(({ line, message }) => `${line}: ${message}`)
    throw thrown
  }
  return []
}

const edited = (from: string, to: string) => problemsOf(graph.replace(from, to))

describe('a graph of the Standard Task Graph Set', () => {
  it('is a plan without the dummies at its ends, with seconds for units of time', async () => {
    const plan = readStg(graph, { file: 'graphs/rand0000.stg' })
    expect(plan.name).toBe('rand0000')
    expect(plan.structure.map(({ id, needs }) => ({ id, needs }))).toEqual([
      { id: '1', needs: [] },
      { id: '2', needs: [] },
      { id: '3', needs: ['1', '2'] },
    ])
    expect(plan.tasks.map(({ estimateMs }) => estimateMs)).toEqual([9_000, 4_000, 3_000])
    expect(await simulate(plan, { concurrency: 1 })).toMatchObject({ makespanMs: 16_000 })
    expect(readStg(graph, { name: 'mine' }).name).toBe('mine')
  })

  it('may have Windows line ends, a byte order mark, times of 0 and parts of a second', () => {
    const text = `\uFEFF${graph.replace('2  4  1  0', '2  0  1  0').replace('1  9  1', '1  0.25  1').replaceAll('\n', '\r\n')}`
    expect(readStg(text).tasks.map(({ estimateMs }) => estimateMs)).toEqual([250, 0, 3_000])
  })

  it('may be empty', async () => {
    expect(await simulate(readStg('0\n0 0 0\n1 0 1 0\n'))).toMatchObject({ makespanMs: 0, tasks: [] })
  })
})

describe('a damaged graph', () => {
  it.each([
    [
      '3  3  2  1  2',
      '3  -3  2  1  2',
      "6: The time of task 3 is '-3', but it must be a number of 0 or more.",
    ],
    [
      '3  3  2  1  2',
      '3  NaN  2  1  2',
      "6: The time of task 3 is 'NaN', but it must be a number of 0 or more.",
    ],
    ['3  3  2  1  2', '3  3  2  1  9', "6: Task 3 needs '9', which is no task."],
    ['3  3  2  1  2', '3  3  2  1  x', "6: Task 3 needs 'x', which is no task."],
    ['3  3  2  1  2', '3  3  2  1', '6: Task 3 says that it needs 2 tasks, but 1 is named.'],
    ['3  3  2  1  2', '3  3  2  1  1', '6: Task 3 needs 1 twice.'],
    ['3  3  2  1  2', '3  3  2  1  3', '6: Task 3 needs itself.'],
    ['3  3  2  1  2', '3  3  2  1  4', '6: Task 3 needs 4, the dummy at the end of the graph.'],
    ['3  3  2  1  2', '2  3  2  0  1', '6: Task 2 stands here for the second time; the first is on line 4.'],
    [
      '3  3  2  1  2',
      '7  3  2  1  2',
      "6: The id of the task is '7', but it must be an integer from 0 to 4.",
    ],
    [
      '3  3  2  1  2',
      '3',
      "6: '3' has fewer than 3 numbers: a task's id, its time, and how many tasks it needs.",
    ],
    ['1  9  1  0', '1  9  1  3', '3: Tasks depend on each other in a cycle: 1 → 3 → 1.'],
    ['4  0  1  3', '4  5  1  3', '7: Task 4 is a dummy at an end of the graph: its time must be 0, not 5.'],
    ['0  0  0', '0  0  1  1', '2: Task 0 begins the graph: it must need nothing.'],
    ['      3\n', '3 tasks\n', "1: The file begins with '3 tasks', but the count of its tasks was expected."],
  ])('with %j as %j says so, with the line', (from, to, problem) => {
    expect(edited(from, to)).toContain(problem)
  })

  it('that breaks off, or has more than it says, says how many tasks were expected', () => {
    const expected = 'The count on line 1 is 3: with the two dummies that makes 5 lines of tasks'
    expect(problemsOf(graph.slice(0, graph.indexOf('  3  3')))).toEqual([`4: ${expected}, but there are 3.`])
    expect(problemsOf(`${graph}  5  1  0\n`)).toContain(`9: ${expected}, but there are 6.`)
    expect(problemsOf(' \n# only a comment\n')).toEqual([
      '1: The file is empty, but a task graph begins with the count of its tasks.',
    ])
  })

  it('tells all that is wrong at once, as links to the lines', () => {
    const bad = graph.replace('1  9  1', '1  -9  1').replace('2  4  1', '2  +4  1')
    expect(() => readStg(bad, { file: 'bad.stg' })).toThrow(
      /^bad\.stg:3:1: The time of task 1 .*\nbad\.stg:4:1: The time of task 2 /,
    )
  })
})
