import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { NewRunFact, RunFact } from '../../../src/events/facts.ts'
import { fold } from '../../../src/events/fold.ts'
import { created, failure, numbered, taskOf } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { useBuiltPage } from './built-page.ts'

const nasty = '<img src=x onerror=alert(1)>'
const structure = [
  { ...taskOf('build', []), uses: { disk: 1 } },
  taskOf('test', ['build']),
  taskOf('deploy', ['test']),
  taskOf(nasty, []),
]
const start = 1_700_000_000_000
const limits = { concurrency: 2, pools: { disk: 3 }, timeoutMs: null }

/** A run of 1 s: `build` fails at first and is tried again, `test` fails, `deploy` is skipped. */
const told: readonly (readonly [at: number, fact: NewRunFact])[] = [
  [0, { ...created, structure, limits } as NewRunFact],
  [0, { type: 'run.started' }],
  [0, { type: 'task.ready', taskId: 'build' }],
  [0, { type: 'task.ready', taskId: nasty }],
  [100, { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' }],
  [100, { type: 'task.starting', taskId: 'build', attempt: 1 }],
  [100, { type: 'task.started', taskId: 'build', attempt: 1 }],
  [300, { type: 'task.retrying', taskId: 'build', attempt: 1, failure, until: start + 400 }],
  [400, { type: 'task.dispatched', taskId: 'build', attempt: 2, executor: 'inline' }],
  [400, { type: 'task.starting', taskId: 'build', attempt: 2 }],
  [400, { type: 'task.started', taskId: 'build', attempt: 2 }],
  [520, { type: 'task.warned', taskId: 'build', attempt: 2, message: 'slow' }],
  [600, { type: 'task.completed', taskId: 'build', attempt: 2, output: 1 }],
  [600, { type: 'task.ready', taskId: 'test' }],
  [600, { type: 'task.dispatched', taskId: 'test', attempt: 1, executor: 'inline' }],
  [600, { type: 'task.starting', taskId: 'test', attempt: 1 }],
  [600, { type: 'task.started', taskId: 'test', attempt: 1 }],
  [
    900,
    {
      type: 'task.failed',
      taskId: 'test',
      attempt: 1,
      failure,
      ignored: false,
      deadLettered: false,
      abandoned: false,
    },
  ],
  [900, { type: 'task.skipped', taskId: 'deploy', because: 'dependency-failed', causedBy: 'test' }],
  [1_000, { type: 'task.killed', taskId: nasty, attempt: 0, reason: 'enough', abandoned: false }],
  [1_000, { type: 'run.failed' }],
]
const facts = told.map(
  ([at, fact], place): RunFact => ({ ...fact, seq: place + 1, at: start + at, runId: 'run' }) as RunFact,
)

interface Row {
  readonly id: string
  readonly status: string
  readonly tries: string
  readonly queued: string
  readonly ran: string
}

/** The rows as somebody reads them who does not see the bars. */
async function rowsOf(page: Page): Promise<Row[]> {
  const rows = await page.$$eval('#timeline-rows [role="row"]', (found) =>
    found.map((row) => [
      row.querySelector('bdi')!.textContent,
      row.querySelector('.visually-hidden')!.textContent,
      ...Array.from(row.querySelectorAll('[role="gridcell"]'), (cell) => cell.textContent).slice(1),
    ]),
  )
  return rows.map(([id, status, tries, queued, ran]) => ({ id, status, tries, queued, ran }) as Row)
}

/** Where an instant and a row lie on the screen; the run fills the chart, with 1 % before it and 3 % behind it. */
async function placeOf(page: Page, ms: number, row: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator('.timeline-body canvas').boundingBox())!
  return { x: box.x + ((ms + 10) / 1_040) * box.width, y: box.y + row * 24 + 12 }
}

/** The colour of the bar at an instant in a row, as `rgb(r, g, b)`. */
async function colourAt(page: Page, ms: number, row: number): Promise<string> {
  const { x, y } = await placeOf(page, ms, row)
  return page.$eval(
    '.timeline-body canvas',
    (canvas, [left, top]) => {
      const drawn = canvas as HTMLCanvasElement
      const { x: from, y: above } = drawn.getBoundingClientRect()
      const [red, green, blue, alpha] = drawn
        .getContext('2d')!
        .getImageData(left! - from, top! - above, 1, 1).data
      return alpha === 0 ? 'nothing' : `rgb(${red}, ${green}, ${blue})`
    },
    [x, y],
  )
}

/** The colour of a status on this page. */
function stateColour(page: Page, status: string): Promise<string> {
  return page.evaluate((name) => {
    const probe = document.createElement('i')
    probe.style.color = `var(--state-${name})`
    document.body.append(probe)
    const { color } = getComputedStyle(probe)
    probe.remove()
    return color
  }, status)
}

describe.skipIf(noChromium)('the timeline', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const opened = async (hash = '#/timeline', options = {}): Promise<Page> => {
    const page = await browser.page(options)
    await page.goto(`${built.saved(facts)}${hash}`)
    await page.waitForSelector('#timeline-rows [role="row"]')
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    return page
  }

  it('has a row for each task, in words, as the run folds', async () => {
    const rows = await rowsOf(await opened())
    expect(rows).toEqual([
      { id: 'build', status: 'completed', tries: '2', queued: '100 ms', ran: '400 ms' },
      { id: 'test', status: 'failed', tries: '1', queued: '', ran: '300 ms' },
      { id: nasty, status: 'killed', tries: '', queued: '1.0 s', ran: '' },
      { id: 'deploy', status: 'skipped', tries: '', queued: '', ran: '' },
    ])
    const { tasks } = fold(facts)
    for (const { id, status } of rows) expect(status).toBe(tasks.get(id)!.status)
  })

  it.each(['light', 'dark'] as const)(
    'has bars in the colours of what came of them, %s',
    async (colorScheme) => {
      const page = await opened('#/timeline', { colorScheme })
      expect(await colourAt(page, 200, 0)).toBe(await stateColour(page, 'failed'))
      expect(await colourAt(page, 500, 0)).toBe(await stateColour(page, 'completed'))
      expect(await colourAt(page, 750, 1)).toBe(await stateColour(page, 'failed'))
      expect(await colourAt(page, 750, 0)).toBe('nothing')
      // The time in the queue is a thin hollow line, and no bar.
      expect(await colourAt(page, 50, 0)).toBe('nothing')
    },
  )

  it('shows the run as it was at an instant that is clicked, and puts that into the address', async () => {
    const page = await opened()
    const { x } = await placeOf(page, 550, 0)
    const axis = (await page.locator('.timeline-head canvas').boundingBox())!
    await page.mouse.click(x, axis.y + axis.height - 6)
    await page.waitForFunction(() => location.hash.includes('at=12'))
    const rows = await rowsOf(page)
    const then = fold(facts.slice(0, 12))
    for (const { id, status } of rows) expect(status).toBe(then.tasks.get(id)!.status)
    expect(rows[0]).toMatchObject({ tries: '2', ran: '320 ms' })
    expect(await colourAt(page, 200, 0)).toBe(await stateColour(page, 'failed'))
    expect(await colourAt(page, 450, 0)).toBe(await stateColour(page, 'running'))
    // What came later has no colour of its own.
    const later = (await colourAt(page, 750, 1)).match(/\d+/g)!.map(Number)
    expect(Math.max(...later) - Math.min(...later)).toBeLessThan(10)
  })

  it('selects the task whose row is clicked, and nothing between them', async () => {
    const page = await opened()
    const { x, y } = await placeOf(page, 700, 1)
    await page.mouse.click(x, y)
    await page.waitForSelector('#task-title:has-text("test")')
    expect(page.url()).toContain('task=test')
    await page.mouse.click(x, y + 24 * 10)
    expect(await page.waitForSelector('.panel-head h2:has-text("release")')).toBeTruthy()
  })

  it('says what is under the pointer', async () => {
    const page = await opened()
    const { x, y } = await placeOf(page, 200, 0)
    await page.mouse.move(x, y)
    const tip = await page.waitForSelector('.tip')
    expect(await tip.textContent()).toContain('attempt 1 running for 200 ms, then failed')
    await page.mouse.move(x, y + 24 * 10)
    expect(await page.textContent('.tip')).toMatch(/^200 ms · /)
  })

  it('tells what was in use at an instant', async () => {
    const page = await opened()
    const uses = () => page.$$eval('.timeline-use', (found) => found.map((one) => one.textContent))
    expect(await uses()).toEqual(['slots0 / 2', 'disk0 / 3'])
    const { x, y } = await placeOf(page, 500, 0)
    await page.mouse.move(x, y)
    await page.waitForSelector('.tip')
    expect(await uses()).toEqual(['slots1 / 2', 'disk1 / 3'])
  })

  it('is moved through with the keyboard', async () => {
    const page = await opened()
    await page.focus('#timeline-rows')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.waitForSelector('#task-title:has-text("test")')
    const row = page.locator('#timeline-rows [aria-selected="true"]')
    expect(await row.textContent()).toContain('test')
    expect(await page.getAttribute('#timeline-rows', 'aria-activedescendant')).toBe(
      await row.getAttribute('id'),
    )
    await page.keyboard.press('ArrowUp')
    await page.waitForSelector('#task-title:has-text("build")')
    const fit = page.getByRole('button', { name: 'Fit' })
    await page.keyboard.press('+')
    expect(await fit.isEnabled()).toBe(true)
    await page.keyboard.press('f')
    expect(await fit.isDisabled()).toBe(true)
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('task-title')
  })

  it('zooms around the pointer and pans with it', async () => {
    const page = await opened()
    const { x, y } = await placeOf(page, 500, 0)
    await page.mouse.move(x, y)
    await page.mouse.wheel(0, -500)
    await page.waitForFunction(() => document.querySelector('.view-bar span.wide')!.textContent === '383 ms')
    expect(await page.textContent('.tip')).toMatch(/(?:499|500|501) ms ·/)
    await page.mouse.down()
    await page.mouse.move(x - 200, y, { steps: 4 })
    await page.mouse.up()
    await page.mouse.move(x - 200, y + 1)
    await page.waitForFunction(() =>
      /(?:499|500|501) ms ·/.test(document.querySelector('.tip')?.textContent ?? ''),
    )
    expect(page.url()).not.toContain('task=')
  })

  it('shows the rows that search and filter leave', async () => {
    const page = await opened()
    await page.fill('#search', 'TES')
    expect((await rowsOf(page)).map(({ id }) => id)).toEqual(['test'])
    await page.fill('#search', 'nobody')
    await page.waitForSelector('text=No task has this name and status.')
    await page.fill('#search', '')
    await page.click('.counts [data-status="killed"]')
    expect((await rowsOf(page)).map(({ id }) => id)).toEqual([nasty])
  })

  it('makes the critical path stand out', async () => {
    const page = await opened()
    await page.click('.view-bar button:text("Critical path")')
    expect(await page.waitForSelector('.view-bar :text("2 tasks, 800 ms")')).toBeTruthy()
  })

  it('shows all rows at once, and names the one that is looked at', async () => {
    const many = Array.from({ length: 300 }, (_, place) => taskOf(`task-${place}`, []))
    const run = [
      { ...created, structure: many },
      { type: 'run.started' },
      ...many.map(({ id }) => ({ type: 'task.ready', taskId: id })),
    ]
    const page = await browser.page()
    await page.goto(`${built.saved(numbered(run as NewRunFact[]))}#/timeline`)
    await page.waitForSelector('#timeline-rows [role="row"]')
    const isScrolled = () => page.$eval('.timeline-body', (body) => body.scrollHeight > body.clientHeight)
    expect(await isScrolled()).toBe(true)
    await page.click('.view-bar button:text("Overview")')
    await page.waitForFunction(() => document.querySelectorAll('#timeline-rows [role="row"]').length === 0)
    expect(await isScrolled()).toBe(false)
    const bars = (await page.locator('.timeline-body canvas').boundingBox())!
    await page.mouse.click(bars.x + bars.width / 2, bars.y + bars.height / 2)
    await page.waitForSelector('#timeline-rows [role="row"]')
    expect(await page.textContent('#task-title')).toBe('task-150')
    expect((await rowsOf(page)).map(({ id }) => id)).toEqual(['task-150'])
  })

  it('brings a task that is selected into the stretch of time that is shown', async () => {
    const page = await opened()
    const { x, y } = await placeOf(page, 150, 0)
    await page.mouse.move(x, y)
    await page.mouse.wheel(0, -1_500)
    await page.click('#timeline-rows [role=row]:has-text("test")')
    await page.waitForSelector('#task-title:has-text("test")')
    await page.mouse.move(x, y)
    await page.waitForFunction(() =>
      /(?:5[5-9]|60)\d ms ·/.test(document.querySelector('.tip')?.textContent ?? ''),
    )
    expect(await page.getByRole('button', { name: 'Fit' }).isEnabled()).toBe(true)
  })

  it('goes on as the run does', async () => {
    const page = await browser.page()
    const served = await built.serve(facts.slice(0, 5))
    await page.goto(served.url)
    await page.waitForSelector('.tabs')
    await page.click('#tab-timeline')
    await page.waitForSelector('#timeline-rows [role="row"]')
    expect((await rowsOf(page))[0]).toMatchObject({ id: 'build', status: 'dispatched', tries: '1' })
    for (const fact of facts.slice(5)) served.tell(fact)
    const { seq } = fold(facts)
    await page.waitForFunction(
      (last) => document.querySelector('.instant')?.textContent?.endsWith(`of ${last}`) === true,
      seq,
    )
    const { tasks } = fold(facts)
    // The rows are drawn after the instant is.
    const wrong = async () =>
      (await rowsOf(page)).filter(({ id, status }) => status !== tasks.get(id)!.status)
    await expect.poll(wrong).toEqual([])
    await expect.poll(() => page.textContent('.view-bar span.wide')).toBe('1.0 s')
  })

  it('shows its rows from the first after another view was there, and where it has more room than before', async () => {
    const many = Array.from({ length: 40 }, (_, place) => taskOf(`task-${place}`, []))
    const run = numbered([{ ...created, structure: many } as NewRunFact, { type: 'run.started' }])
    const page = await browser.page({ viewport: { width: 1000, height: 500 } })
    await page.goto(`${built.saved(run)}#/timeline`)
    const last = page.locator('#timeline-rows :text-is("task-39")')
    const first = page.locator('#timeline-rows :text-is("task-0")')
    const scrollDown = async () => {
      await page.$eval('.timeline-body', (body) => body.scrollTo(0, 10_000))
      await last.waitFor()
    }
    await first.waitFor()
    await scrollDown()
    await page.keyboard.press('1')
    await page.keyboard.press('2')
    await first.waitFor()
    await scrollDown()
    await page.setViewportSize({ width: 1000, height: 1_400 })
    await first.waitFor()
    expect(await rowsOf(page)).toHaveLength(40)
  })

  it('fits a narrow screen, with the names of the tasks beside the bars', async () => {
    const page = await opened('#/timeline', { viewport: { width: 400, height: 800 } })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400)
    const names = await page.locator('#timeline-rows').boundingBox()
    const bars = await page.locator('.timeline-body canvas').boundingBox()
    expect(names!.width).toBeGreaterThan(100)
    expect(bars!.width).toBeGreaterThan(200)
  })
})
