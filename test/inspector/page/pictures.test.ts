import { mkdir, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRuntime, dag, type HandlerContext } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { describe, expect, it } from 'vitest'
import { noChromium, useBrowser } from '../browser.ts'

/** Where the README has them from: `npm run pictures` makes them anew. Otherwise they are only looked at. */
const folder = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url))
const isKept = process.env.DAGMAR_PICTURES === '1'

type Working = Pick<HandlerContext, 'log' | 'progress'>

const work =
  (ms: number, lines: readonly string[] = ['begin', 'end']) =>
  async ({ log, progress }: Working) => {
    for (const [index, line] of lines.entries()) {
      await sleep(ms / lines.length)
      log(line)
      progress((100 * (index + 1)) / lines.length)
    }
  }

const release = dag('release 1.4.0')
  .task('checkout', work(150))
  .task('install', { needs: ['checkout'] }, work(350))
  .task('lint', { needs: ['install'] }, work(300))
  .task('types', { needs: ['install'] }, work(500))
  .task('build', { needs: ['install'] }, work(550))
  .task(
    'unit tests',
    { needs: ['install'], retry: { maxAttempts: 3, backoff: { base: '200ms' } } },
    async (context) => {
      await work(350, ['61 suites', '3,466 tests'])(context)
      if (context.attempt === 1) throw new Error('the database was not up yet')
      return { passed: 3_466 }
    },
  )
  .task('docs', { needs: ['checkout'] }, work(800))
  .task('end to end', { needs: ['build'] }, work(700, ['chromium', 'firefox', 'webkit']))
  .task('approve', { needs: ['lint', 'types', 'unit tests', 'end to end'] }, async ({ ask }) => {
    return ask('Release 1.4.0 to production?')
  })
  .task('publish', { needs: ['approve', 'build'] }, async ({ log }) => {
    log('uploading app.tgz')
    await sleep(300)
    throw new Error('403 Forbidden: the token of the registry has expired', {
      cause: new Error('token issued 2026-08-01, valid for 90 days'),
    })
  })
  .task('announce', { needs: ['publish', 'docs'] }, work(100))

describe.skipIf(noChromium)('the pictures of the README', () => {
  const browser = useBrowser()

  it('show a question that a live run waits for, and why it failed in the end', async () => {
    const runtime = createRuntime({ concurrency: 4 })
    const inspector = await inspect(runtime, { control: true })
    const page = await browser.page({ viewport: { width: 1200, height: 720 }, deviceScaleFactor: 2 })
    const pictureOf = async (name: string): Promise<Buffer> => {
      // What is painted in a frame is seen after it.
      await page.evaluate(() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 100))))
      const picture = await page.screenshot()
      if (isKept) {
        await mkdir(folder, { recursive: true })
        await writeFile(`${folder}${name}.png`, picture)
      }
      return picture
    }
    try {
      const run = runtime.dispatch(release)
      await page.goto(inspector.url)
      await page.waitForSelector('.tabs')
      await page.evaluate(() => {
        location.hash = '#/dag?task=approve'
      })
      await page.waitForSelector('text=Release 1.4.0 to production?')
      const live = await pictureOf('inspector-dag')
      run.answer('approve', 'yes')
      await run.result
      await page.evaluate(() => {
        location.hash = '#/timeline?task=publish'
      })
      await page.waitForSelector('.side >> text=has expired')
      const failed = await pictureOf('inspector-timeline')
      // A page with nothing on it takes a fraction of that.
      for (const { length } of [live, failed]) expect(length).toBeGreaterThan(60_000)
    } finally {
      await inspector.close()
    }
  })
})
