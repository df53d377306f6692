import { describe, expect, it } from 'vitest'
import { created, numbered, taskOf } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { useBuiltPage } from './built-page.ts'

/** Shown as it is written, `live` would stand where `evil` is meant. */
const turning = '\u202Eevil\u202C'
const long = 'integration-'.repeat(40)

describe.skipIf(noChromium)('names that others gave', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const hostile = Object.assign({}, created, {
    name: `release \u2066${turning}`,
    structure: [turning, long].map((id) => taskOf(id, [])),
  })
  const address = (taskId: string): string =>
    `${built.saved(
      numbered([hostile, { type: 'run.started' }, { type: 'task.ready', taskId: turning }]),
    )}#/facts?task=${encodeURIComponent(taskId)}`

  it('turn no text of the page around, and stay what they are', async () => {
    const page = await browser.page()
    await page.goto(address(turning))
    await page.waitForSelector('h1:text-is("release evil")')
    expect(await page.textContent('.panel-head h2')).toBe('evil')
    expect(await page.getAttribute('.fact-whose[title]', 'title')).toBe('evil')
    await page.click('#tab-dag')
    await page.waitForSelector('td:text-is("evil")')
    const texts = await page.$$eval('.app *', (all) =>
      all.flatMap((one) => [one.textContent ?? '', one.getAttribute('title') ?? '']),
    )
    const turned = texts.filter((text) => /\p{Bidi_C}/u.test(text))
    expect(turned).toEqual([])
    expect(decodeURIComponent(new URL(page.url()).hash)).toContain(turning)
  })

  it('take no more room than there is, however long they are', async () => {
    const page = await browser.page({ viewport: { width: 1000, height: 700 } })
    await page.goto(address(long))
    const button = page.locator('.bar button:has-text("only")')
    const [bar, only, head] = await Promise.all(
      [page.locator('.bar').first(), button, page.locator('.panel-head h2')].map((one) => one.boundingBox()),
    )
    expect(only!.x + only!.width).toBeLessThanOrEqual(bar!.x + bar!.width)
    expect(head!.height).toBeLessThan(250)
  })
})
