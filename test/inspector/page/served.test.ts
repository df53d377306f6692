import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRuntime, type Fact, plan } from 'dagmar'
import { exportFacts, inspect } from 'dagmar/inspector'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtDagmar } from '../../cli/built-dagmar.ts'
import { noChromium, useBrowser } from '../browser.ts'

// What is asked for here is not what the page shows, but that it works as it is served and saved: with its token, under
// its policy. A breach of that is an error on the console, which fails a test.
describe.skipIf(noChromium)('the page as it is served', () => {
  const browser = useBrowser()
  let folder = ''
  beforeAll(() => {
    process.env['DAGMAR_DIST'] = dirname(builtDagmar())
    folder = mkdtempSync(join(tmpdir(), 'dagmar-served-'))
  }, 60_000)
  afterAll(() => {
    delete process.env['DAGMAR_DIST']
    rmSync(folder, { recursive: true, force: true })
  })
  const nasty = '</script><script>document.title = "broken"</script><!--'

  it('takes the token out of the address, and shows the run, also after a reload and in a second tab', async () => {
    const runtime = createRuntime()
    const run = runtime.dispatch(plan({ name: 'release', tasks: { build: { run: () => nasty } } }))
    const inspector = await inspect(run)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('h1:text("release")')
    expect(page.url()).not.toContain(new URL(inspector.url).hash.slice(1))
    await page.reload()
    await page.waitForSelector('h1:text("release")')
    const second = await browser.page()
    await second.goto(inspector.url)
    await second.waitForSelector('h1:text("release")')
    expect(await second.title()).not.toBe('broken')
    await page.context().close()
    await second.context().close()
    await inspector.close()
  })

  it('opens from a disk with a run in it, and connects to nothing', async () => {
    const runtime = createRuntime()
    const run = runtime.dispatch(plan({ name: nasty, tasks: { [nasty]: { run: () => nasty } } }))
    await run.result
    const facts: Fact[] = []
    run.events({ from: 1 }).subscribe((fact) => facts.push(fact))
    await exportFacts(facts, join(folder, 'run.html'))
    const page = await browser.page()
    await page.goto(pathToFileURL(join(folder, 'run.html')).href)
    await page.waitForSelector('h1')
    expect(await page.textContent('h1')).toBe(nasty)
    expect(await page.title()).not.toBe('broken')
  })
})
