import { stripVTControlCharacters } from 'node:util'
import { fc, it as law } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { addGraphCommand, wantsAscii } from '../../src/cli/graph.ts'
import { drawPlan } from '../../src/cli/picture/draw-plan.ts'
import { painter } from '../../src/cli/screen/colours.ts'
import { displayWidth } from '../../src/cli/screen/text-width.ts'
import { plan } from '../../src/graph/make-plan.ts'
import { called, type Terminal } from './called.ts'
import { folderOf } from './folder.ts'

const release = `
tasks:
  fetch: { run: x }
  build: { run: x, needs: [fetch] }
  test: { run: x, needs: [build], matrix: { kind: [unit, browser] } }
  lint: { run: x, needs: [fetch] }
  report: { run: x, needs: [test, lint], when: all-settled }
  alone: { run: x }
`
const at = folderOf({ 'release.yaml': release, 'bad.yaml': 'tasks: 5' })
const graph = (args: string[], terminal?: Terminal) =>
  called(addGraphCommand, ['graph', at('release.yaml'), ...args], terminal)

const run = () => 1
const planOf = (needs: Readonly<Record<string, readonly string[]>>) =>
  plan({ name: 'p', tasks: Object.entries(needs).map(([id, ids]) => ({ id, needs: ids, run })) })
const plain = { width: 80, isAscii: false, paint: painter(false) }

describe('a plan as text', () => {
  it('has a row a task, level by level, with its dependencies as rails', async () => {
    expect((await graph([], { columns: 80 })).out).toBe(`release: 7 tasks, 7 dependencies, 4 levels
1  ┌─ fetch
   │  alone
2  ├─┬─ build
   └─│─┬─ lint
3  ┌─┼─│─ test(unit)
   │ └─│─┬─ test(browser)
4  └───┴─┴─ report  all-settled
`)
  })

  it('passes a rail that is not joined, and tells it from one that is', () => {
    const text = drawPlan(planOf({ a: [], b: [], c: [], both: ['a', 'c'], all: ['a', 'b', 'c'] }), plain)
    expect(text).toContain('2  ├─│─┼─ both\n   └─┴─┴─ all\n')
  })

  it('is ASCII where the locale or the terminal asks for it', () => {
    const text = drawPlan(planOf({ a: [], b: [], é: ['a', 'b'], z: ['a'] }), { ...plain, isAscii: true })
    expect(text).toContain("1  ,- a\n   | ,- b\n2  +-'- ?\n   `- z\n")
    expect(wantsAscii({})).toBe(false)
    expect(wantsAscii({ LANG: 'en_GB.UTF-8' })).toBe(false)
    expect(wantsAscii({ LC_ALL: 'C.utf8', LANG: 'C' })).toBe(false)
    expect(wantsAscii({ LC_ALL: 'C', LANG: 'en_GB.UTF-8' })).toBe(true)
    expect(wantsAscii({ LANG: 'de_DE.ISO-8859-1' })).toBe(true)
    expect(wantsAscii({ LANG: 'en_GB.UTF-8', TERM: 'dumb' })).toBe(true)
  })

  it('is coloured where there are colours, and says the same', async () => {
    const { out } = await graph([], { columns: 80, hasColours: true })
    expect(out).toContain('\u001b[')
    expect(stripVTControlCharacters(out)).toBe((await graph([], { columns: 80 })).out)
  })

  it('shows ids harmlessly, and cuts them where there is no room', () => {
    const text = drawPlan(planOf({ 'a\u202eb': [], ['long-'.repeat(30)]: ['a\u202eb'], 日本語: [] }), {
      ...plain,
      width: 24,
    })
    expect(text).toContain('┌─ ab\n')
    expect(text).toContain('└─ long-long-long-lo…\n')
    expect(text).toContain('│  日本語\n')
  })

  it('of many tasks, or of more rails than there is room for, is a list of its levels with counts', () => {
    const many = Object.fromEntries([
      ['first', []],
      ...Array.from({ length: 5_000 }, (_, index) => [`task-${index}`, ['first']] as const),
    ])
    expect(drawPlan(planOf(many), { ...plain, width: 50 })).toBe(`p: 5,001 tasks, 5,000 dependencies, 2 levels
1     1  first
2  5000  task-0 task-1 task-2 task-3 task-4 task-5
         task-6 task-7 task-8 task-9 … 4990 more
Too large to draw here: these are its levels.
`)
    const wide = Array.from({ length: 15 }, (_, index) => `t${index}`)
    const joined = Object.fromEntries([...wide.map((id) => [id, []] as const), ['join', wide]])
    expect(drawPlan(planOf(joined), { ...plain, width: 40 })).toContain('join')
    expect(drawPlan(planOf(joined), { ...plain, width: 30 })).toContain('Too large to draw here')
  })

  it('of very many levels leaves some out', () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `t${index}`)
    const chain = Object.fromEntries(ids.map((id, index) => [id, index === 0 ? [] : [ids[index - 1]!]]))
    const lines = drawPlan(planOf(chain), plain).split('\n')
    expect(lines).toHaveLength(204)
    expect(lines).toContain('… 2800 more levels …')
    expect(lines).toContain('3000  1  t2999')
  })

  it('of no tasks is a line', () => {
    expect(drawPlan(planOf({}), plain)).toBe('p: 0 tasks, 0 dependencies, 0 levels\n')
  })

  law.prop([anyDag(), fc.integer({ min: 20, max: 120 }), fc.boolean()])(
    'is never wider than it may be, and names every task where it is drawn',
    (needs, width, isAscii) => {
      const text = drawPlan(planOf(needs), { width, isAscii, paint: painter(false) })
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      if (text.includes('Too large')) return
      expect(text.split('\n').slice(1, -1)).toHaveLength(Object.keys(needs).length)
    },
  )

  law.prop([anyDag()])('joins in a task’s row as many rails as it has dependencies', (needs) => {
    const rows = drawPlan(planOf(needs), { ...plain, width: 200 })
      .split('\n')
      .slice(1, -1)
    for (const row of rows) {
      const [, rails, id] = /^[\d ]{3}([^a-z]*)(\w+)/.exec(row)!
      expect(rails!.match(/[├┼└┴]/g)?.length ?? 0).toBe(needs[id!]!.length)
    }
  })
})

describe('a plan in another format', () => {
  it('is Mermaid or DOT', async () => {
    expect((await graph(['--format', 'mermaid'])).out).toMatch(/^flowchart TD\n {2}t0\["fetch"\]\n/)
    expect((await graph(['-f', 'dot'])).out).toMatch(/^digraph \{\n/)
  })

  it('is refused when nobody knows it, as a width is that no picture fits', async () => {
    expect(await graph(['--format', 'svg'])).toMatchObject({ exitCode: 2, out: '' })
    expect(await graph(['--width', '3'])).toMatchObject({ exitCode: 2, out: '' })
  })
})

it('a bad plan is not drawn', async () => {
  expect(await called(addGraphCommand, ['graph', at('bad.yaml')])).toMatchObject({ exitCode: 2, out: '' })
})

it('the help of graph has a sentence, the options and examples', async () => {
  expect((await graph(['--help'])).out).toMatch(/Draws the tasks[\s\S]*--format[\s\S]*Examples:/)
})

/** Up to twelve tasks a, b, c …, each with some of those before it. */
function anyDag(): fc.Arbitrary<Readonly<Record<string, readonly string[]>>> {
  const ids = 'abcdefghijkl'.split('')
  return fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(), { minLength: 12, maxLength: 12 }))
    .map(([count, bits]) =>
      Object.fromEntries(
        ids
          .slice(0, count)
          .map((id, index) => [id, ids.slice(0, index).filter((_, bit) => (bits[index]! >> bit) & 1)]),
      ),
    )
}
