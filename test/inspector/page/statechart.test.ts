import { createRuntime, fold, isRunFact, logic, plan, type Fact, type Runtime, type RunHandle } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { assign, createMachine, setup } from 'xstate'
import { noChromium, useBrowser } from '../browser.ts'
import { until } from '../until.ts'
import { useBuiltPage } from './built-page.ts'

const nasty = '</script><img src=x onerror=alert(1)>'

/** A person's review: it waits for votes, and for a decision. */
const review = setup({
  types: {} as {
    context: { votes: number; note: string }
    events: { type: 'vote'; by?: string } | { type: 'approve' } | { type: 'reject' }
  },
  guards: { hasVotes: ({ context }) => context.votes > 0 },
}).createMachine({
  id: 'review',
  initial: 'reading',
  context: { votes: 0, note: nasty },
  states: {
    reading: {
      initial: 'skimming',
      on: { reject: 'rejected', vote: { actions: assign({ votes: ({ context }) => context.votes + 1 }) } },
      states: { skimming: { on: { approve: { guard: 'hasVotes', target: 'deep' } } }, deep: {} },
    },
    rejected: { type: 'final' },
  },
})

/** A task that fails once, and a run that has ended, with its facts. */
async function endedRun(): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  const run = createRuntime().dispatch(
    plan({
      name: 'ended',
      tasks: {
        build: {
          retry: { maxAttempts: 2, backoff: { base: 0 } },
          run: ({ attempt }) => {
            if (attempt === 1) throw new Error('not yet')
          },
        },
        test: { needs: ['build'], run: () => 1 },
      },
    }),
  ) as RunHandle
  run.events$.subscribe((fact) => facts.push(fact))
  await run.result
  return facts
}

/** The keys of the innermost states that are drawn as the current ones. */
function activeStates(page: Page): Promise<readonly string[]> {
  return page.$$eval('.state[data-active]:not([data-type="compound"])', (found) =>
    found.map((one) => one.getAttribute('data-state')!),
  )
}

const atFact = (page: Page, seq: number) =>
  page.waitForFunction(
    (at) => document.querySelector('.instant')!.textContent!.includes(`fact ${at} of`),
    seq,
  )

describe.skipIf(noChromium)('the statechart', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })
  /** A run whose task is at work as a machine, and the page on it. */
  const reviewed = async (options: { readonly control: boolean }) => {
    const runtime: Runtime = createRuntime()
    const inspector = await inspect(runtime, options)
    closing.push(() => inspector.close())
    const run = runtime.dispatch(plan({ name: 'r', tasks: { review: { run: logic(review) } } }), { id: 'r' })
    closing.push(() => run.kill())
    await until(() => run.actorOf('review', 'work') !== undefined)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('.tabs')
    await page.keyboard.press('3')
    await page.waitForSelector('.actor-picker option[value^="actor/"]', { state: 'attached' })
    const own = await page.getAttribute('.actor-picker option[value^="actor/"]', 'value')
    await page.selectOption('.actor-picker', own!)
    await page.waitForSelector('.chart [data-state="review.reading.skimming"][data-active]')
    return { page, actor: run.actorOf('review', 'work')! }
  }

  it('of a task is at each fact in the state that the facts fold to, with the transition that led there', async () => {
    const facts = await endedRun()
    const lasting = facts.filter(isRunFact)
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/statechart?task=build&at=1`)
    await page.waitForSelector('.chart')
    const ways: (string | undefined)[] = []
    for (const { seq } of lasting) {
      await atFact(page, seq)
      const { status } = fold(lasting.slice(0, seq)).tasks.get('build')!
      const hasActor = status !== 'pending' && status !== 'ready'
      expect(await activeStates(page)).toEqual(hasActor ? [`task.${status}`] : [])
      expect(
        await page.$$eval('tbody[aria-current]', (all) => all.map((one) => one.dataset['state'])),
      ).toEqual(hasActor ? [`task.${status}`] : [])
      const way = await page.$$eval('.edge.taken', (all) =>
        all.map((one) => `${one.getAttribute('data-source')} → ${one.getAttribute('data-target')}`),
      )
      if (way.length > 0 && way[0] !== ways.at(-1)) ways.push(way[0])
      await page.keyboard.press(']')
    }
    expect(ways).toEqual([
      'task.dispatched → task.starting',
      'task.starting → task.running',
      'task.running → task.dispatched',
      'task.dispatched → task.starting',
      'task.starting → task.running',
      'task.running → task.completed',
    ])
  })

  it('of the run follows it, too, and the runtime is shown without a state that nobody knows', async () => {
    const page = await browser.page()
    await page.goto(`${built.saved(await endedRun())}#/statechart`)
    await page.waitForSelector('.chart')
    expect(await activeStates(page)).toEqual(['dag.completed'])
    await page.selectOption('.actor-picker', 'runtime')
    await page.waitForSelector('.chart [data-state="runtime.open"]')
    expect(await activeStates(page)).toEqual([])
    expect(await page.textContent('.chart-note')).toContain('do not say')
  })

  it("of a user's own actor is as the actor is, with what changed in its context", async () => {
    const { page, actor } = await reviewed({ control: false })
    expect(await page.$('.send')).toBeNull()
    actor.send({ type: 'vote', by: 'ann' })
    await page.waitForSelector('.chart-context [data-changed]:has-text("votes")')
    expect(await page.textContent('.chart-context [data-changed]')).toBe('votes: 1 was 0')
    expect(await page.textContent('.standing')).toMatch(/ by vote · as the actor is$/)
    expect(await page.textContent('.chart-context')).toContain(nasty)
    expect(await page.textContent('.chart .row[data-taken]')).toContain('vote')
    actor.send({ type: 'approve' })
    await page.waitForSelector('.chart [data-state="review.reading.deep"][data-active]')
    expect(await page.getAttribute('.edge.taken', 'data-target')).toBe('review.reading.deep')
    expect(actor.getSnapshot()).toMatchObject({ value: { reading: 'deep' }, context: { votes: 1 } })
  })

  it('sends an event that the actor takes, once somebody has said yes, and nothing otherwise', async () => {
    const { page, actor } = await reviewed({ control: true })
    const got: unknown[] = []
    actor.system.inspect((told) => {
      if (told.type === '@xstate.event' && told.actorRef === actor) got.push(told.event)
    })
    expect(await page.$$eval('.send option', (all) => all.map((one) => one.textContent))).toEqual(
      expect.arrayContaining(['vote', 'reject', 'approve']),
    )
    await page.selectOption('.send select', 'vote')
    await page.fill('.send-fields', '{by: ann}')
    await page.click('.send button')
    await page.waitForSelector('.send [role="alert"]:has-text("not JSON")')
    await page.fill('.send-fields', '{"by": "ann"}')
    await page.click('.send button')
    await page.click('dialog button:text("Cancel")')
    await page.click('.send button')
    await page.click('dialog button:text("Send")')
    await page.waitForSelector('.send [role="status"]:has-text("vote was sent")')
    expect(got).toEqual([{ type: 'vote', by: 'ann' }])
    await page.waitForSelector('.chart-context :text("votes")')
    expect(actor.getSnapshot()).toMatchObject({ context: { votes: 1 } })
  })

  it('has room in its boxes for the transition that was taken, which is bold', async () => {
    const { page, actor } = await reviewed({ control: false })
    actor.send({ type: 'vote' })
    actor.send({ type: 'approve' })
    const row = page.locator('.chart .row[data-taken]')
    await row.waitFor()
    const [left, border] = await row.evaluate((text) =>
      [text, text.closest('.state')!.querySelector('.state-box')!].map(
        (one) => one.getBoundingClientRect().left,
      ),
    )
    expect(left! - border!).toBeGreaterThan(4)
  })

  it('of an actor that was looked at is in the page that is saved, as it was', async () => {
    const { page, actor } = await reviewed({ control: false })
    actor.send({ type: 'vote' })
    await page.waitForSelector('.chart-context [data-changed]:has-text("votes")')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:text("Save")')])
    const file = `${await download.path()}.html`
    await download.saveAs(file)
    const saved = await browser.page()
    await saved.goto(`file://${file}#/statechart?actor=${encodeURIComponent(`actor/${actor.sessionId}`)}`)
    await saved.waitForSelector('.chart')
    for (const part of ['.chart', '.chart-context', '.chart-table']) {
      expect((await saved.textContent(part))!).toBe((await page.textContent(part))!)
    }
    expect(await activeStates(saved)).toEqual(await activeStates(page))
  })

  it('has states and texts of any length and any signs', async () => {
    const key = `${nasty} ${'long '.repeat(30)}`
    const odd = createMachine({
      id: 'odd',
      initial: key,
      states: {
        [key]: { on: { [`go ${'on '.repeat(40)}`]: { guard: { type: nasty }, target: 'end' } } },
        end: {},
      },
    })
    const runtime = createRuntime()
    const inspector = await inspect(runtime)
    closing.push(() => inspector.close())
    const run = runtime.dispatch(plan({ name: 'odd', tasks: { odd: { run: logic(odd) } } }), { id: 'odd' })
    closing.push(() => run.kill())
    await until(() => run.actorOf('odd', 'work') !== undefined)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('.tabs')
    await page.keyboard.press('3')
    await page.waitForSelector('.actor-picker option[value^="actor/"]', { state: 'attached' })
    const own = await page.getAttribute('.actor-picker option[value^="actor/"]', 'value')
    await page.selectOption('.actor-picker', own!)
    await page.waitForSelector('.chart [data-state="odd.end"]')
    expect(await page.textContent('.chart .state[data-active] .state-name')).toContain('odd')
    const [box, text] = await page.$$eval(
      '.chart [data-type="atomic"][data-active] > :is(.state-box, .state-name)',
      (all) => all.map((one) => one.getBoundingClientRect().right),
    )
    expect(text!).toBeLessThan(box!)
  })

  it('is reached by keys, and its table has all that the picture has', async () => {
    const page = await browser.page()
    await page.goto(`${built.saved(await endedRun())}#/statechart?task=build`)
    await page.focus('.state[data-state="task.dispatched"]')
    await page.keyboard.press('ArrowRight')
    const focused = await page.evaluate(() => document.activeElement!.getAttribute('data-state'))
    expect(focused).toBe('task.starting')
    const shown = await page.getAttribute('.state[data-state="task.running"]', 'aria-label')
    expect(shown).toContain('attempt.completed [isCurrent] → completed')
    const inPicture = await page.$$eval('.edge:not(.near, .taken)', (all) =>
      all.map(
        (one) => `${one.getAttribute('data-source')} → task.${one.getAttribute('data-target')!.slice(5)}`,
      ),
    )
    const inTable = await page.$$eval('.transitions tbody', (all) =>
      all.flatMap((body) =>
        [...body.querySelectorAll('tr')].flatMap((row) => {
          const target = row.children[1]?.textContent ?? ''
          return target === '' ? [] : [`${body.dataset['state']} → task.${target}`]
        }),
      ),
    )
    expect(new Set(inTable)).toEqual(new Set(inPicture))
  })

  it('stands in one column where the page is narrow, and nothing of it is cut off', async () => {
    const page = await browser.page({ viewport: { width: 400, height: 800 } })
    await page.goto(`${built.saved(await endedRun())}#/statechart`)
    await page.waitForSelector('.chart')
    const lefts = await page.$$eval('.state .state-box', (all) =>
      all.slice(1).map((one) => one.getAttribute('x')),
    )
    expect(new Set(lefts).size).toBe(1)
    const right = await page.$eval('.chart', (chart) => chart.getBoundingClientRect().right)
    expect(right).toBeLessThanOrEqual(400)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400)
  })
})
