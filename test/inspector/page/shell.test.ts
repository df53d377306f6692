import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createRuntime, dag, fold, isRunFact, type Fact, type RunHandle } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { noChromium, useBrowser } from '../browser.ts'
import { machines, useBuiltPage } from './built-page.ts'

/** A run that has ended, with everything that it told. */
async function endedRun(): Promise<{ readonly run: RunHandle; readonly facts: readonly Fact[] }> {
  const release = dag('release')
    .task('build', async ({ log }) => log('compiling'))
    .task('test', { needs: ['build'] }, async () => {
      throw new Error('expected </script> & <b>, got nothing')
    })
    .task('lint', async () => 'clean')
    .task('deploy', { needs: ['test', 'lint'] }, async () => undefined)
  const run = createRuntime().dispatch(release, { id: 'r' }) as RunHandle
  const facts: Fact[] = []
  run.events$.subscribe((fact) => facts.push(fact))
  await run.result
  return { run, facts }
}

/** The counts that the header shows, by status. */
async function shownCounts(page: Page): Promise<Record<string, number>> {
  const buttons = await page.$$eval('.counts button', (found) =>
    found.map(
      (one) => [one.getAttribute('data-status')!, Number(one.querySelector('b')!.textContent)] as const,
    ),
  )
  return Object.fromEntries(buttons)
}

function countsOf(facts: readonly Fact[]): Record<string, number> {
  return Object.fromEntries(Object.entries(fold(facts).counts).filter(([, count]) => count > 0))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { readonly port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.skipIf(noChromium)('the page', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const closing: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of closing.splice(0)) await one.close()
  })
  const inspected = async (target: Parameters<typeof inspect>[0], port = 0) => {
    const inspector = await inspect(target, { port })
    closing.push(inspector)
    return inspector
  }

  it('shows at each step of the scrubber what the facts up to there fold to', async () => {
    const { facts } = await endedRun()
    const page = await browser.page()
    await page.goto(built.saved(facts))
    await page.waitForSelector('.scrubber')
    const lasting = facts.filter(isRunFact)
    await page.keyboard.press('Home')
    for (const { seq } of lasting) {
      await page.waitForFunction(
        (at) => document.querySelector('.instant')!.textContent!.includes(`fact ${at} of`),
        seq,
      )
      expect(await shownCounts(page)).toEqual(countsOf(lasting.slice(0, seq)))
      await page.keyboard.press(']')
    }
    await page.keyboard.press('End')
    expect(await shownCounts(page)).toEqual(countsOf(facts))
  })

  it('says which runs show, where there is none', async () => {
    const page = await browser.page()
    await page.goto((await inspected(createRuntime())).url)
    expect(await page.textContent('.whole:has-text("No run")')).toContain(
      'while the program holds its handle',
    )
  })

  it('says that a run which its address names is not there, and lets another one be chosen', async () => {
    const { run } = await endedRun()
    const inspector = await inspected(run)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('.tabs')
    await page.evaluate(() => {
      location.hash = '#/timeline?run=another'
    })
    await page.waitForSelector('.whole:has-text("There is no run \\"another\\" here")')
    await page.click('.runs')
    await page.click(`td a:text("${run.id}")`)
    await page.waitForSelector('.dag')
    // The facts come after the page knows of the run.
    await expect.poll(() => shownCounts(page)).toEqual({ completed: 2, failed: 1, skipped: 1 })
  })

  it('shows how a run without tasks ended, and that there are none', async () => {
    const run = createRuntime().dispatch(dag('nothing'))
    await run.result
    const page = await browser.page()
    await page.goto((await inspected(run)).url)
    await page.waitForSelector('.scrubber')
    expect(await page.textContent('.header .status')).toBe('completed')
    for (const key of ['1', '2']) {
      await page.keyboard.press(key)
      expect(await page.textContent('.empty')).toBe('The run has no tasks.')
    }
  })

  it('holds an instant while the run goes on, and goes on live when it is asked to', async () => {
    const runtime = createRuntime()
    let finish = (): void => undefined
    const run = runtime.dispatch(
      dag('slow').task('a', () => new Promise<void>((resolve) => (finish = () => resolve()))),
    )
    const page = await browser.page()
    await page.goto((await inspected(runtime)).url)
    await page.waitForSelector('.counts [data-status="running"]')
    // No fact comes, and the time goes on nevertheless.
    const early = await page.textContent('.instant')
    await page.waitForFunction((text) => document.querySelector('.instant')!.textContent !== text, early)
    expect(await page.textContent('.instant')).toContain('fact 6 of 6')
    await page.keyboard.press('Space')
    finish()
    await run.result
    await page.waitForFunction(() => document.querySelector('.instant')!.textContent!.includes('of 8'))
    expect(await shownCounts(page)).toEqual({ running: 1 })
    await page.keyboard.press('Space')
    await page.waitForSelector('.counts [data-status="completed"]')
  })

  it('has the place that it shows in its address, without the token, and finds it again', async () => {
    const { run } = await endedRun()
    const inspector = await inspected(run)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('.tabs')
    const token = inspector.url.split('#')[1]!
    expect(page.url()).not.toContain(token)
    await page.keyboard.press('5')
    await page.keyboard.press('[')
    await page.keyboard.press('[')
    await page.waitForFunction(() => location.hash.startsWith('#/facts?at='))
    expect(page.url()).not.toContain(token)
    const address = page.url()
    const instant = await page.textContent('.instant')
    await page.reload()
    await page.waitForSelector('[aria-selected="true"]:text("Facts")')
    expect(page.url()).toBe(address)
    await page.waitForFunction((text) => document.querySelector('.instant')?.textContent === text, instant)
  })

  it('goes to an address that is entered while the runs change', async () => {
    const runtime = createRuntime()
    const page = await browser.page()
    await page.goto((await inspected(runtime)).url)
    const run = runtime.dispatch(dag('slow').task('a', () => new Promise<void>(() => undefined)))
    await page.waitForSelector('.counts [data-status="running"]')
    // The next run comes between the new address and the event that tells of it.
    await page.evaluate(() => {
      history.pushState(null, '', '#/facts?task=a')
    })
    runtime.dispatch(dag('second').task('b', () => undefined))
    await page.waitForSelector('.runs')
    expect(new URL(page.url()).hash).toBe('#/facts?task=a')
    await page.evaluate(() => dispatchEvent(new HashChangeEvent('hashchange')))
    await page.waitForSelector('#tab-facts[aria-selected="true"]')
    expect(await page.textContent('.side h2')).toContain('a')
    await run.kill()
  })

  it('goes to an instant of a run that it has not followed before', async () => {
    const runtime = createRuntime()
    const runs = ['first', 'second'].map((name) =>
      runtime.dispatch(
        dag(name).task('a', () => name),
        { id: name },
      ),
    )
    await Promise.all(runs.map(({ result }) => result))
    const page = await browser.page()
    await page.goto((await inspected(runtime)).url)
    await page.waitForSelector('h1:text("second")')
    await page.evaluate(() => {
      location.hash = '#/facts?run=first&at=4'
    })
    await page.waitForSelector('h1:text("first")')
    expect(await page.textContent('.instant')).toContain('fact 4 of 8')
    expect(new URL(page.url()).hash).toBe('#/facts?run=first&at=4')
  })

  it('shows the same in a file that was saved from it as it shows itself', async () => {
    const { run } = await endedRun()
    const page = await browser.page({ acceptDownloads: true })
    await page.goto((await inspected(run)).url)
    await page.waitForSelector('.counts [data-status="failed"]')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:text("Save")')])
    const live = await page.innerText('.app')
    const saved = await browser.page()
    const file = `${await download.path()}.html`
    await download.saveAs(file)
    expect(readFileSync(file, 'utf8')).toMatch(
      /<head>\s*<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/,
    )
    await saved.goto(`file://${file}`)
    await saved.waitForSelector('.counts [data-status="failed"]')
    // What tells them apart is how the page is connected, and that there is nothing to wait for.
    const asSaved = (text: string) => text.replace('saved run', 'live').replace('End', 'Live')
    expect(asSaved(await saved.innerText('.app'))).toBe(live)
  })

  it('goes on where it was when the connection is lost and comes back', async () => {
    const { facts } = await endedRun()
    const served = await built.serve(facts.slice(0, 4))
    const page = await browser.page({ expectedErrors: [/WebSocket/] })
    await page.goto(served.url)
    await page.waitForFunction(
      () => document.querySelector('.instant')?.textContent?.includes('of 4') === true,
    )
    served.cut()
    for (const fact of facts.slice(4)) served.tell(fact)
    await page.waitForFunction(
      (last) => document.querySelector('.instant')?.textContent?.endsWith(`of ${last}`) === true,
      fold(facts).seq,
    )
    await page.waitForSelector('[data-link="live"]')
    expect(await shownCounts(page)).toEqual(countsOf(facts))
    // What it had is not asked for again.
    const asked = served.heard.flatMap((one) => (one.type === 'follow' && one.log === 'r' ? [one.after] : []))
    expect(asked).toEqual([0, machines.length + 4])
  })

  it('says that the program was started anew, and keeps what it has', async () => {
    const { run } = await endedRun()
    const port = await freePort()
    const first = await inspected(run, port)
    const page = await browser.page({ expectedErrors: [/WebSocket|ERR_CONNECTION_REFUSED/] })
    await page.goto(first.url)
    await page.waitForSelector('.counts [data-status="failed"]')
    await first.close()
    await page.waitForSelector('[data-link="reconnecting"]')
    expect(await page.textContent('.line')).toContain('does not answer')
    const second = await inspected(createRuntime(), port)
    await page.waitForSelector('[data-link="restarted"]')
    expect(await page.textContent('.line')).toContain('started anew')
    expect(await shownCounts(page)).toMatchObject({ failed: 1 })
    // The new address, in the same tab: a browser loads nothing for it.
    await second.close()
    const third = await inspected(createRuntime(), port)
    await page.goto(third.url)
    await page.waitForSelector('.whole h2:text("No run")')
    expect(page.url()).not.toContain(third.url.split('#')[1])
  })

  it('says that the beginning of a run is gone, where it told more than it holds', async () => {
    const runtime = createRuntime({ retainFacts: 5 })
    const run = runtime.dispatch(dag('short').task('a', () => undefined))
    await run.result
    const page = await browser.page()
    await page.goto((await inspected(runtime)).url)
    await page.waitForSelector('.whole h2:text("The beginning of this run is gone")')
    expect(await page.textContent('.whole')).toContain('retainFacts')
  })

  it('tells who comes without the token, or with another one, what to open', async () => {
    const { run } = await endedRun()
    const { url } = await inspected(run)
    const page = await browser.page({ expectedErrors: [/WebSocket/] })
    await page.goto(url.split('#')[0]!)
    await page.waitForSelector('.whole h2')
    expect(await page.textContent('.whole')).toContain('Open the whole address that the program printed')
    await page.goto(`${url.split('#')[0]!}?#another`)
    await page.waitForSelector('h2:text("does not know this key")')
    expect(await page.textContent('.whole')).toContain('open the address that it printed this time')
  })

  it('works by keyboard alone: views, search, filter, help', async () => {
    const { facts } = await endedRun()
    const page = await browser.page()
    await page.goto(built.saved(facts))
    await page.waitForSelector('.tabs')
    for (const [key, view] of [
      ['2', 'timeline'],
      ['3', 'statechart'],
      ['4', 'events'],
      ['5', 'facts'],
      ['1', 'dag'],
    ] as const) {
      await page.keyboard.press(key)
      expect(await page.getAttribute('[role="tab"][aria-selected="true"]', 'id')).toBe(`tab-${view}`)
    }
    await page.keyboard.press('?')
    await page.waitForSelector('dialog[open]')
    await page.keyboard.press('Escape')
    await page.waitForSelector('dialog[open]', { state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type('lint')
    expect(await page.inputValue('#search')).toBe('lint')
    await page.keyboard.press('Escape')
    expect(await page.inputValue('#search')).toBe('')
  })

  it.each([
    ['wide', 1440, 900],
    ['narrow', 400, 800],
  ])('fits a %s window, light and dark, in every view', async (_, width, height) => {
    const { facts } = await endedRun()
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.page({ viewport: { width, height }, colorScheme })
      await page.goto(`${built.saved(facts)}#/dag?task=test`)
      await page.waitForSelector('.tabs')
      expect(await page.getAttribute('html', 'data-theme')).toBe(colorScheme)
      for (const key of ['1', '2', '3', '4', '5']) {
        await page.keyboard.press(key)
        const { wide, high } = await page.evaluate(() => ({
          wide: document.documentElement.scrollWidth,
          high: document.documentElement.scrollHeight,
        }))
        expect({ key, wide, high }).toEqual({ key, wide: width, high: height })
      }
    }
  })
})
