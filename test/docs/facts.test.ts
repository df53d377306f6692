import { describe, expect, it } from 'vitest'
import { factsOf, type Member } from './declared.ts'
import { codeIn, pageAt, tableUnder } from './pages.ts'

const page = pageAt('docs/facts.md')
const runFacts = [...factsOf('src/index.ts', 'RunFact')]
const isOfTask = (members: readonly Member[]) => members.some(({ name }) => name === 'taskId')

/** What all facts of a table have goes without saying in it. */
const tables = [
  {
    heading: 'About the run',
    shared: ['seq', 'at', 'type', 'runId', 'causeSeq?'],
    declared: runFacts.filter(([, members]) => !isOfTask(members)),
  },
  {
    heading: 'About a task',
    shared: ['seq', 'at', 'type', 'runId', 'taskId', 'causeSeq?'],
    declared: runFacts.filter(([, members]) => isOfTask(members)),
  },
  {
    heading: 'Passing facts',
    shared: ['afterSeq', 'at', 'type', 'runId'],
    declared: [...factsOf('src/index.ts', 'PassingFact')],
  },
]

const written = ({ name, isOptional }: Member): string => (isOptional ? `${name}?` : name)

describe.each(tables)('the table of facts under "$heading"', ({ heading, shared, declared }) => {
  const { rows } = tableUnder(page, heading)

  it('has a row for each fact of the union, and no others', () => {
    const said = rows.map(([type]) => codeIn(type!).join())
    expect(said.toSorted()).toEqual(declared.map(([type]) => type).toSorted())
  })

  it('has a sentence for each fact', () => {
    for (const [type, sentence] of rows) expect(`${type}: ${sentence}`).toMatch(/: [A-Z`].*[\w`)]\.$/)
  })

  it('names exactly the fields of each fact, with a question mark behind those that may be missing', () => {
    const fields = declared.map(([type, members]) => [
      type,
      ...members.map(written).filter((field) => !shared.includes(field)),
    ])
    const said = rows.map(([type, , cell]) => [codeIn(type!)[0], ...codeIn(cell!)])
    for (const row of fields) expect(said).toContainEqual(row)
  })

  it('leaves out only what every fact of it has', () => {
    for (const [, members] of declared) expect(members.map(written)).toEqual(expect.arrayContaining(shared))
  })
})

describe('the fields that every fact has', () => {
  it('are explained before the tables', () => {
    const named = tableUnder(page, 'What every fact has').rows.flatMap(([field]) => codeIn(field!))
    expect(named.toSorted()).toEqual([...new Set(tables.flatMap(({ shared }) => shared))].toSorted())
  })
})
