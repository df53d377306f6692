import { createRuntime, isRunFact, logic, plan, type Fact, type RunHandle } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { type AnyActorRef, createMachine } from 'xstate'
import { StepReader } from '../../../src/inspector/page/statechart/from-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { until } from '../until.ts'
import { useBuiltPage } from './built-page.ts'

const door = createMachine({
  id: 'door',
  initial: 'closed',
  states: {
    closed: { on: { open: 'opened' } },
    opened: { on: { close: 'closed', end: 'gone' } },
    gone: { type: 'final' },
  },
})

/** The rows of the list: who got which event, and whether facts alone tell of it. */
async function rowsOf(
  page: Page,
): Promise<readonly { type: string; target: string; isFromFacts: boolean }[]> {
  return page.$$eval('.event', (all) =>
    all.map((row) => ({
      type: row.getAttribute('data-type')!,
      target: row.getAttribute('data-target')!,
      isFromFacts: row.hasAttribute('data-from-facts'),
    })),
  )
}

const count = (page: Page): Promise<number> =>
  page.$eval('.list', (list) => Number((list as HTMLElement).dataset['count']))

async function endedRun(tasks = 2): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  const names = Array.from({ length: tasks }, (_, place) => `t${place}`)
  const run = createRuntime({ concurrency: 1 }).dispatch(
    plan({ name: 'ended', tasks: Object.fromEntries(names.map((name) => [name, { run: () => 1 }])) }),
  ) as RunHandle
  run.events$.subscribe((fact) => facts.push(fact))
  await run.result
  return facts
}

describe.skipIf(noChromium)('the events', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })
  const opened = async () => {
    const runtime = createRuntime()
    const inspector = await inspect(runtime)
    closing.push(() => inspector.close())
    const run = runtime.dispatch(
      plan({ name: 'r', tasks: { quick: { run: () => 1 }, door: { needs: ['quick'], run: logic(door) } } }),
      { id: 'r' },
    )
    closing.push(() => run.kill())
    await until(() => run.actorOf('door', 'work') !== undefined)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('.tabs')
    await page.keyboard.press('4')
    await page.waitForSelector('.event')
    return { page, run, actor: run.actorOf('door', 'work') as AnyActorRef }
  }

  it('go from left to right even where an id does not', async () => {
    const facts: Fact[] = []
    const run = createRuntime().dispatch(plan({ name: 'r', tasks: { '\u202eevil': { run: () => 1 } } }))
    run.events$.subscribe((fact) => facts.push(fact))
    await run.result
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/events`)
    await page.waitForSelector(
      '[data-type="xstate.done.actor.task"] .event-way, [data-type="done.actor.task"] .event-way',
    )
    const edges = await page.$$eval('.event-way', (all) =>
      all.map((way) => {
        const [source, target] = Array.from(way.querySelectorAll('bdi'), (name) =>
          name.getBoundingClientRect(),
        )
        return source!.right <= target!.left
      }),
    )
    expect(edges.length).toBeGreaterThan(4)
    expect(edges).not.toContain(false)
  })

  it('from before anybody looked are read from facts, and marked so', async () => {
    const facts = await endedRun()
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/events`)
    await page.waitForSelector('.event')
    const reader = new StepReader()
    reader.readOn(facts.filter(isRunFact))
    expect(await rowsOf(page)).toEqual(
      reader.steps.map(({ events: [type], actor: target }) => ({ type, target, isFromFacts: true })),
    )
  })

  it('are what actors get while they are looked at, from their source to their target', async () => {
    const { page, run, actor } = await opened()
    const name = `actor/${actor.sessionId}`
    actor.send({ type: 'open' })
    await page.waitForSelector(`.event[data-type="open"][data-target="${name}"]`)
    actor.send({ type: 'close' })
    run.pause()
    run.resume()
    await page.waitForSelector('.event[data-type="run.resume"]')
    const rows = await rowsOf(page)
    expect(rows.filter(({ isFromFacts }) => !isFromFacts).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['open', 'close', 'run.pause', 'run.resume']),
    )
    // Each is there once: facts tell of a pause as well.
    expect(rows.filter(({ type }) => type === 'run.pause')).toEqual([
      { type: 'run.pause', target: 'dag', isFromFacts: false },
    ])
    expect(rows.filter(({ type }) => type === 'task.grant').every(({ isFromFacts }) => isFromFacts)).toBe(
      true,
    )
    expect(await page.textContent(`.event[data-type="open"] .event-way`)).toContain('outside → work · door')
  })

  it('that nobody looks at any more are read from facts again', async () => {
    const { page, run, actor } = await opened()
    actor.send({ type: 'open' })
    await page.waitForSelector('.event[data-type="open"]')
    await page.keyboard.press('1')
    await page.waitForSelector('[aria-selected="true"]:has-text("Dag")')
    run.pause()
    await page.waitForSelector('.status:has-text("paused")')
    await page.keyboard.press('4')
    await page.waitForSelector('.event[data-type="run.pause"]')
    expect((await rowsOf(page)).find(({ type }) => type === 'run.pause')!.isFromFacts).toBe(true)
    run.resume()
    await page.waitForSelector('.event[data-type="run.resume"]:not([data-from-facts])')
  })

  it('are filtered by text and by task, and lead to the statechart of their actors', async () => {
    const page = await browser.page()
    await page.goto(`${built.saved(await endedRun())}#/events?task=t1`)
    await page.waitForSelector('.event')
    const all = await count(page)
    await page.click('.bar button:text("only t1")')
    await page.waitForFunction(
      (before) => Number((document.querySelector('.list') as HTMLElement).dataset['count']) < before,
      all,
    )
    expect(
      (await rowsOf(page)).every(({ target, type }) => target === 'task/t1' || type.includes('done')),
    ).toBe(true)
    await page.fill('.filter', 'attempt.completed')
    await page.waitForFunction(
      () => (document.querySelector('.list') as HTMLElement).dataset['count'] === '1',
    )
    await page.click('.event')
    await page.waitForSelector('.event-detail')
    expect(await page.textContent('.event-detail')).toContain('read from fact')
    await page.click('.event-detail button:text("task/t1")')
    await page.waitForSelector('.chart [data-state="task.completed"][data-active]')
  })

  it('may be thousands, of which only those that are seen are in the page, wide and narrow', async () => {
    const facts = await endedRun(1_000)
    for (const width of [1_440, 400]) {
      const page = await browser.page({ viewport: { width, height: 800 } })
      await page.goto(`${built.saved(facts)}#/events`)
      await page.waitForSelector('.event')
      expect(await count(page)).toBeGreaterThan(4_000)
      expect(await page.$$eval('.event', (all) => all.length)).toBeLessThan(100)
      await page.waitForSelector('.event[data-type="run.settled"]')
      await page.focus('.list')
      await page.keyboard.press('Home')
      await page.waitForSelector('.event[data-type="runtime.dispatch"]')
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  }, 60_000)
})
