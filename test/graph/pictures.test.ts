import { describe, expect, it } from 'vitest'
import { dag } from '../../src/graph/dag.ts'
import { toDot } from '../../src/graph/dot.ts'
import { plan } from '../../src/graph/make-plan.ts'
import { toMermaid } from '../../src/graph/mermaid.ts'

const run = () => 1
const nastyIds = [
  'quote " and \' and `',
  'brackets [](){}<>|',
  '<script>alert(1)</script>',
  'back\\slash \\N \\"',
  'ends in \\',
  '#35; &amp; #quot; %%{init}%%',
  'end',
  'a --> b; c',
  '1. list',
  '- list',
  '_em_ **bold** ~x~',
  'https://example.org/a?b=c',
  '日本語 🚀 é',
  ' ',
]
const nasty = plan({
  name: 'nasty "dag" \\',
  tasks: nastyIds.map((id, index) => ({ id, needs: nastyIds.slice(Math.max(0, index - 1), index), run })),
})
const small = dag('small')
  .task('build', run)
  .task('clean', { needs: ['build'], when: 'all-settled' }, run)
  .task('judge', { needs: ['build', 'clean'], when: () => true }, run)

describe('a dag as Mermaid', () => {
  it('has its tasks, and edges that name the rules that are not all-completed', () => {
    expect(toMermaid(small)).toBe(
      `flowchart TD
  t0["build"]
  t1["clean"]
  t2["judge"]
  t0 -->|all-settled| t1
  t0 -->|function| t2
  t1 -->|function| t2
`,
    )
  })

  it('shows statuses in words, and those of a run in colour', () => {
    const text = toMermaid(small, {
      direction: 'right',
      status: (id) => (id === 'build' ? 'failed' : 'odd "one"'),
    })
    expect(text).toContain('flowchart LR\n')
    expect(text).toContain('t0["build<br/>failed"]')
    expect(text).toContain('t1["clean<br/>odd #34;one#34;"]')
    expect(text).toMatch(/classDef failed fill:#\w{6},stroke:#\w{6},color:#\w{6}\n {2}class t0 failed\n/)
    expect(text.match(/classDef/g)).toHaveLength(1)
  })

  it('shows any id as it is', () => {
    const lines = toMermaid(nasty).split('\n')
    for (const [index, id] of nastyIds.entries()) {
      const label = /^ {2}t\d+\["([^"]*)"\]$/.exec(lines[index + 1]!)?.[1]
      expect(label).toBeDefined()
      expect(label).not.toMatch(/[<>&`*[\](){}|\\;"'](?!$)(?<!#\d+;)/)
      const shown = label!.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      expect(shown.replaceAll('\u00a0', ' ')).toBe(id)
    }
  })

  it('is the same for the plan', () => {
    expect(toMermaid(small.plan())).toBe(toMermaid(small))
    expect(toMermaid(plan({ name: 'empty', tasks: {} }))).toBe('flowchart TD\n')
  })
})

describe('a teardown', () => {
  it('is named as one at its edges, with its rule where that is not its default', () => {
    const torn = dag('torn')
      .task('up', run)
      .task('down', { needs: ['up'], teardown: true }, run)
      .task('undo', { needs: ['up'], teardown: true, when: 'any-failed' }, run)
    for (const text of [toMermaid(torn), toDot(torn)]) {
      expect(text.match(/teardown[\w, -]*/g)).toEqual(['teardown', 'teardown, any-failed'])
    }
  })
})

describe('a dag as DOT', () => {
  it('has its tasks, and edges that name the rules that are not all-completed', () => {
    const { labels, edges } = parseDot(toDot(small))
    expect(labels).toEqual(['build', 'clean', 'judge'])
    expect(edges).toEqual(['0>1 all-settled', '0>2 function', '1>2 function'])
  })

  it('shows statuses in words, and those of a run in colour', () => {
    const text = toDot(small, {
      direction: 'right',
      status: (id) => (id === 'build' ? 'failed' : 'odd "one"'),
    })
    expect(text).toContain('rankdir=LR')
    expect(parseDot(text).labels).toEqual(['build\nfailed', 'clean\nodd "one"', 'judge\nodd "one"'])
    expect(text.match(/fillcolor="#ffcecb"/g)).toHaveLength(1)
  })

  it('shows any id as it is', () => {
    const { name, labels, edges } = parseDot(toDot(nasty))
    expect(name).toBe('nasty "dag" \\')
    expect(labels).toEqual(nastyIds)
    expect(edges).toEqual(nastyIds.slice(1).map((_, index) => `${index}>${index + 1}`))
  })
})

/** A reader of as much of DOT as is needed, that refuses everything else. */
function parseDot(text: string): { name: string | undefined; labels: string[]; edges: string[] } {
  const result: { name: string | undefined; labels: string[]; edges: string[] } = {
    name: undefined,
    labels: [],
    edges: [],
  }
  const lines = text.trimEnd().split('\n')
  expect([lines[0], lines.at(-1)]).toEqual(['digraph {', '}'])
  for (const line of lines.slice(1, -1)) {
    const statement = /^ {2}(\w+)(?: -> t(\d+))?(?: \[(.*)\])?$/.exec(line)
    if (statement === null) throw new Error(`not DOT: ${line}`)
    const [, subject, target, attributes = ''] = statement
    const label = attributesOf(attributes)['label']
    if (target !== undefined)
      result.edges.push(`${subject!.slice(1)}>${target}${label === undefined ? '' : ` ${label}`}`)
    else if (subject === 'graph') result.name = label
    else if (/^t\d+$/.test(subject!)) result.labels.push(label!)
  }
  return result
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {}
  const one = /(\w+)=(?:"((?:[^"\\]|\\.)*)"|([\w.]+))(?:, |$)/y
  while (one.lastIndex < text.length) {
    const match = one.exec(text)
    if (match === null) throw new Error(`not attributes: ${text}`)
    attributes[match[1]!] = (match[2] ?? match[3]!)
      .replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
      .replaceAll('&amp;', '&')
  }
  return attributes
}
