import { createRuntime, isRunFact, plan, type Fact, type RunFact, type RunHandle } from 'dagmar'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { inWords } from '../../../src/events/fact-in-words.ts'
import type { TaskStructure } from '../../../src/graph/plan.ts'
import { created, numbered, taskOf } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { useBuiltPage } from './built-page.ts'

const nasty = '</script><img src=x onerror=alert(1)>'

async function failedRun(): Promise<readonly RunFact[]> {
  const facts: Fact[] = []
  const run = createRuntime().dispatch(
    plan({
      name: 'failed',
      tasks: {
        build: { run: () => 1 },
        test: {
          needs: ['build'],
          run: () => {
            throw new Error(nasty)
          },
        },
        deploy: { needs: ['test'], run: () => 1 },
      },
    }),
  ) as RunHandle
  run.events$.subscribe((fact) => facts.push(fact))
  await run.result
  return facts.filter(isRunFact)
}

/** A run of 20,000 tasks: 100,003 facts. */
function longRun(): readonly RunFact[] {
  const structure: readonly TaskStructure[] = Array.from({ length: 20_000 }, (_, place) =>
    taskOf(`task-${place}`, []),
  )
  return numbered([
    { ...created, structure } as typeof created,
    { type: 'run.started' },
    ...structure.flatMap(({ id: taskId }) => [
      { type: 'task.ready' as const, taskId, causeSeq: 2 },
      { type: 'task.dispatched' as const, taskId, attempt: 1, executor: 'inline' },
      { type: 'task.starting' as const, taskId, attempt: 1 },
      { type: 'task.started' as const, taskId, attempt: 1 },
      { type: 'task.completed' as const, taskId, attempt: 1, output: null },
    ]),
    { type: 'run.completed' },
  ])
}

const countShown = (page: Page): Promise<number> =>
  page.$eval('.list', (list) => Number((list as HTMLElement).dataset['count']))

describe.skipIf(noChromium)('the facts', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  let facts: readonly RunFact[]
  beforeAll(async () => {
    facts = await failedRun()
  })
  const opened = async (
    rest = '',
    size?: { readonly width: number; readonly height: number },
  ): Promise<Page> => {
    const page = await browser.page(size === undefined ? {} : { viewport: size })
    await page.goto(`${built.saved(facts)}#/facts${rest}`)
    await page.waitForSelector('.list-row')
    return page
  }

  it('are each told in words, in order, as text', async () => {
    const page = await opened()
    const rows = await page.$$eval('.list .fact', (all) =>
      all.map(
        (row) =>
          [Number(row.getAttribute('data-seq')), row.querySelector('.fact-what')!.textContent] as const,
      ),
    )
    const words = facts.map((fact) => {
      const { what, about = '' } = inWords(fact)
      return [fact.seq, about === '' ? what : `${what}  ${about}`] as const
    })
    expect(rows).toEqual(words)
    expect(rows.some(([, text]) => text!.includes(nasty))).toBe(true)
  })

  it('are filtered by words, by type, and by the selected task', async () => {
    const page = await opened('?task=test')
    await page.fill('.filter', 'FAILED test')
    await page.waitForSelector('[role="status"]:has-text("of")')
    const failedOnes = facts.filter((fact) => fact.taskId === 'test' && fact.type === 'task.failed').length
    expect(await countShown(page)).toBeGreaterThanOrEqual(failedOnes)
    await page.selectOption('.bar select', 'task.failed')
    expect(await countShown(page)).toBe(failedOnes)
    await page.fill('.filter', '')
    await page.selectOption('.bar select', '')
    await page.click('.bar button:text("only test")')
    await page.waitForFunction(
      (count) => (document.querySelector('.list') as HTMLElement).dataset['count'] === String(count),
      facts.filter(({ taskId }) => taskId === 'test').length,
    )
    await page.fill('.filter', 'nothing has these words')
    await page.waitForSelector('.empty:text("No fact fits.")')
  })

  it('lead to their instant, their causes and their effects', async () => {
    const page = await opened()
    const failed = facts.find(({ type }) => type === 'task.failed')!
    const skipped = facts.find(({ type }) => type === 'task.skipped')!
    await page.click(`.list .fact[data-seq="${skipped.seq}"]`)
    await page.waitForSelector('[aria-label="Causes"] .fact')
    expect(page.url()).toContain(`at=${skipped.seq}`)
    expect(await page.textContent('.instant')).toContain(`fact ${skipped.seq} of ${facts.length}`)
    await page.click('[aria-label="Causes"] .fact')
    expect(page.url()).toContain(`at=${failed.seq}`)
    await page.waitForSelector(`[aria-label="Effects"] .fact[data-seq="${skipped.seq}"]`)
    expect(await page.textContent('[aria-label="The fact as JSON"]')).toContain('"task.failed"')
    expect(await page.getAttribute('.list-row:has([data-later])', 'aria-selected')).toBe('false')
  })

  it('are gone through by keys', async () => {
    const page = await opened()
    await page.focus('.list')
    await page.keyboard.press('Home')
    await page.waitForSelector('.list-row[aria-selected="true"] [data-seq="1"]')
    await page.keyboard.press('ArrowDown')
    await page.waitForSelector('.list-row[aria-selected="true"] [data-seq="2"]')
    await page.keyboard.press('End')
    await page.waitForSelector(`.list-row[aria-selected="true"] [data-seq="${facts.length}"]`)
    expect(await page.textContent('.instant')).toContain(`fact ${facts.length} of`)
  })

  it('fit a narrow page', async () => {
    const page = await opened('?at=3', { width: 400, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400)
    expect(await page.isVisible('.list-row[aria-selected="true"] .fact-what')).toBe(true)
  })

  it('may be a hundred thousand, of which only those that are seen are in the page', async () => {
    const long = longRun()
    const page = await browser.page()
    await page.goto(`${built.saved(long)}#/facts`)
    await page.waitForSelector(`.list .fact[data-seq="${long.length}"]`)
    expect(await page.$$eval('.list-row', (all) => all.length)).toBeLessThan(100)
    await page.fill('.filter', 'task-12345 completed')
    await page.waitForFunction(
      () => (document.querySelector('.list') as HTMLElement).dataset['count'] === '1',
    )
    await page.fill('.filter', '')
    await page.focus('.list')
    await page.keyboard.press('Home')
    await page.waitForSelector('.list .fact[data-seq="1"]')
    expect(await page.$$eval('.list-row', (all) => all.length)).toBeLessThan(100)
  }, 60_000)
})
