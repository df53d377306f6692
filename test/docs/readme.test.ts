import { describe, expect, it } from 'vitest'
import { type GuaranteeNumber, guarantees } from 'dagmar/testing'
import { taskMachine } from '../../machines/index.ts'
import { allPages, blocksOf, linksOf, pageAt, readFile, tableUnder } from './pages.ts'

const readme = pageAt('README.md')

describe('the README', () => {
  it('is a front door: no longer than 150 lines', () => {
    expect(readme.text.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('shows the code of the example that is run', () => {
    const [shown] = blocksOf(readme).filter(({ language }) => language === 'js')
    const example = readFile('examples/00-readme.ts')
    expect(shown?.text).toBe(example.slice(example.indexOf('import ')))
  })

  it('has the states of a task in its picture', () => {
    const [picture] = blocksOf(readme)
    expect(picture!.text.match(/\b[a-z]+\b/g)).toEqual(
      expect.arrayContaining(Object.keys(taskMachine.states)),
    )
  })

  it('names each guarantee in its own words, and in those of the law that it links to', () => {
    const { rows } = tableUnder(readme, 'What it guarantees')
    const laws = rows.map(([number, words, law]) => ({ number, words, file: /\((.+)\)/.exec(law!)![1]! }))
    for (const { number, words } of laws) expect(guarantees[Number(number) as GuaranteeNumber]).toBe(words)
    const lawless = laws.filter(({ words, file }) => !readFile(file).replaceAll("\\'", "'").includes(words!))
    expect(lawless).toEqual([])
  })

  it('leaves out no guarantee', () => {
    const numbers = tableUnder(readme, 'What it guarantees').rows.map(([number]) => number)
    const missing = Object.keys(guarantees).filter((number) => !numbers.includes(number))
    expect(missing).toEqual([])
  })

  it('leads to every page of the documentation', () => {
    const pages = allPages().map(({ path }) => path)
    expect(['README.md', ...linksOf(readme)]).toEqual(expect.arrayContaining(pages))
  })
})
