import { checkDag, type DagReport, formatReport } from 'dagmar/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { dag } from '../../src/index.ts'

let report: DagReport

beforeAll(async () => {
  const work = (): number => 1
  const wide = dag('wide')
    .task('collect-sources', work)
    .task('compile-library', { needs: ['collect-sources'], retry: { maxAttempts: 3 } }, work)
    .task('unit-tests', { needs: ['compile-library'], onFailure: 'abort' }, work)
    .task('browser-tests', { needs: ['compile-library'], stall: { after: '1m' } }, work)
    .task('publish', { needs: ['unit-tests', 'browser-tests'] }, work)
    .task('clean-up', { needs: ['publish'], when: 'all-settled' }, work)
    .task('alarm', { needs: ['publish'], when: 'any-failed' }, work)
  report = await checkDag(wide, { runs: 0 })
})

const tableOf = (lines: readonly string[]): readonly string[] =>
  lines.slice(lines.indexOf('Task by task') + 1)

describe('a report for a terminal', () => {
  it.each([200, 100, 80, 60])('has no line of more than %i columns', (columns) => {
    expect(formatReport(report, { columns }).filter((line) => line.length > columns)).toEqual([])
  })

  it('breaks cells inside their columns, and loses no word', () => {
    const whole = tableOf(formatReport(report))
    const fitted = tableOf(formatReport(report, { columns: 120 }))
    expect(whole.some((line) => line.length > 120)).toBe(true)
    const words = (lines: readonly string[]): readonly string[] => lines.join(' ').split(/ +/).toSorted()
    expect(words(fitted)).toEqual(words(whole))
    const at = whole[0]!.trim().split(/ {2,}/).length
    expect(fitted[0]!.trim().split(/ {2,}/)).toHaveLength(at)
  })

  it('has a block for each task where columns would be too narrow', () => {
    const [first, second] = tableOf(formatReport(report, { columns: 60 }))
    expect(first).toBe('  collect-sources')
    expect(second).toMatch(/^ {4}(never settles|skipped|killed|dead letter) by /)
  })

  it('measures texts as it is told to', () => {
    const lines = formatReport(report, { columns: 100, widthOf: (text) => text.length * 2 })
    expect(tableOf(lines).filter((line) => line.trimStart().length > 50)).toEqual([])
  })

  it('cuts a name that leaves no room for the verdict', () => {
    const [first] = formatReport({ ...report, name: 'n'.repeat(200) }, { columns: 80 })
    expect(first).toMatch(/^n+…: (not )?every run settles; /)
    expect(first).toHaveLength(80)
  })

  it('ends with its first line again when that has scrolled away, and not before', () => {
    const lines = formatReport(report)
    expect(lines.at(-1)).not.toBe(lines[0])
    expect(formatReport(report, { rows: lines.length + 1 })).toEqual(lines)
    expect(formatReport(report, { rows: lines.length })).toEqual([...lines, '', lines[0]])
  })
})
