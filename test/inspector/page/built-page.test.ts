import { describe, expect, it } from 'vitest'
import { created, numbered } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { useBuiltPage } from './built-page.ts'

/** In bytes. To be lowered whenever the page is smaller. */
const mostGzipped = 74_170

describe('the page as one file', () => {
  const built = useBuiltPage()

  it('has not grown', () => {
    expect(built.gzipped()).toBeLessThanOrEqual(mostGzipped)
  })
})

describe.skipIf(noChromium)('the page', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const facts = numbered([created, { type: 'run.started' }, { type: 'task.ready', taskId: 'build' }])

  it('shows a run that is saved in it', async () => {
    const page = await browser.page()
    await page.goto(built.saved(facts))
    await page.waitForSelector('h1:text("release")')
    expect(await page.textContent('[data-link]')).toBe('saved before its end')
  })

  it('shows a run as it goes on', async () => {
    const served = await built.serve(facts)
    const page = await browser.page()
    await page.goto(served.url)
    await page.waitForSelector('.counts [data-status="ready"]')
    served.tell({
      ...numbered([{ type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' }], 4)[0]!,
    })
    await page.waitForSelector('.counts [data-status="dispatched"], .counts [data-status="starting"]')
    expect(served.heard.map(({ type }) => type)).toContain('follow')
  })
})
