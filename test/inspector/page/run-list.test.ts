import { createRuntime, type Fact, plan, type RunHandle } from 'dagmar'
import { BehaviorSubject, NEVER, type Observable } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { inspectElsewhere } from '../../../src/inspector/inspect.ts'
import type { RunElsewhere, RunsElsewhere } from '../../../src/inspector/recording/runs-source.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { useBuiltPage } from './built-page.ts'

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close()
})

type About = Partial<NonNullable<RunElsewhere['job']>>

const entry = (runId: string, status: string, about: About = {}, name = 'release'): RunElsewhere => ({
  runId,
  name,
  status,
  tasks: 4,
  job: {
    project: 'shop',
    labels: {},
    progress: 0,
    message: '',
    dispatchedAt: Date.now() - 3_723_000,
    ...about,
  },
})

function jobs(first: readonly RunElsewhere[]) {
  const handles = new Map<string, RunHandle>()
  const list = new BehaviorSubject(first)
  const given: unknown[] = []
  const runs: RunsElsewhere = {
    runs$: list,
    events: (runId, from): Observable<Fact> =>
      handles.get(runId)?.events({ from, until: 'settled' }) ?? NEVER,
    why: async (runId, taskId) => handles.get(runId)!.why(taskId),
    command: async (runId, command) => {
      given.push([runId, command])
    },
  }
  return { runs, handles, list, given }
}

describe.skipIf(noChromium)('the list of jobs', () => {
  const browser = useBrowser()
  useBuiltPage()

  const opened = async (runs: RunsElsewhere, control = false): Promise<Page> => {
    const inspector = await inspectElsewhere(runs, { control })
    closing.push(inspector)
    const page = await browser.page()
    await page.goto(inspector.url)
    return page
  }
  const rowsOf = (page: Page): Promise<readonly (readonly string[])[]> =>
    page.$$eval('.run-list tbody tr[data-status]', (rows) =>
      rows.map((row) => Array.from(row.children, (cell) => cell.textContent ?? '')),
    )

  it('has of each its project, labels, status, bar, age and last message, the latest first', async () => {
    const { runs, list } = jobs([
      entry('261126-113754-a2f5', 'completed', { progress: 1, labels: { team: 'blue', env: 'live' } }),
      entry('261126-123754-beef', 'running', { progress: 0.25, message: 'deploy: 3 of 12 hosts' }),
    ])
    const page = await opened(runs)
    await page.waitForSelector('.run-list')
    const [first, second] = await rowsOf(page)
    expect(first).toEqual([
      '261126-123754-beef',
      'running',
      'release',
      'shop',
      '',
      '',
      '1 h 2 min',
      'deploy: 3 of 12 hosts',
    ])
    expect(second!.slice(0, 5)).toEqual([
      '261126-113754-a2f5',
      'completed',
      'release',
      'shop',
      'team=blue env=live',
    ])
    expect(
      await page.$$eval('progress', (bars) => bars.map((bar) => (bar as HTMLProgressElement).value)),
    ).toEqual([0.25, 1])
    expect(await page.innerText('.counts')).toMatch(/1\s+running\s+1\s+completed/)
    list.next([entry('261126-123754-beef', 'failed', { progress: 0.5, message: 'deploy: exit code 1' })])
    await page.waitForSelector('.run-list tr[data-status="failed"]')
    expect((await rowsOf(page)).map(([id]) => id)).toEqual(['261126-123754-beef'])
  })

  it('is narrowed down by search and by status, and all of it shows again', async () => {
    const { runs } = jobs([
      entry('261126-113754-a2f5', 'completed', { labels: { team: 'blue' } }),
      entry('261126-123754-beef', 'paused'),
      entry('261126-133754-cafe', 'completed', {}, 'nightly'),
    ])
    const page = await opened(runs)
    await page.waitForSelector('.run-list')
    const ids = async () => (await rowsOf(page)).map(([id]) => id!.slice(-4))
    await page.fill('#search', 'team=bl')
    expect(await ids()).toEqual(['a2f5'])
    await page.fill('#search', '')
    await page.click('.counts [data-status="paused"]')
    expect(await ids()).toEqual(['beef'])
    await page.click('.counts [data-status="paused"]')
    expect(await ids()).toEqual(['cafe', 'beef', 'a2f5'])
  })

  it('leads to a job and back, and a job may be told what to do', async () => {
    const { runs, handles, given } = jobs([
      entry('261126-113754-a2f5', 'dispatched', { message: 'waits for 261126-100000-abcd' }),
      entry('261126-123754-beef', 'running'),
    ])
    const run = createRuntime().dispatch(
      plan({ name: 'release', tasks: { build: { run: () => new Promise(() => undefined) } } }),
      { id: '261126-123754-beef' },
    )
    handles.set(run.id, run)
    const page = await opened(runs, true)
    await page.click('.run-list a:text("beef")')
    await page.waitForSelector('.counts [data-status="running"]')
    expect(await page.textContent('.header h1')).toBe('release')
    await page.click('.deeds button:text("Kill")')
    await page.click('dialog button.strong')
    await expect.poll(() => given).toEqual([['261126-123754-beef', { command: 'kill' }]])
    await page.click('.header .runs')
    await page.waitForSelector('.run-list')
    expect(new URL(page.url()).hash).toBe('#/runs')
    await page.reload()
    await page.waitForSelector('.run-list')
    await page.click('.run-list a:text("a2f5")')
    await page.waitForSelector('.whole:has-text("waits for 261126-100000-abcd")')
    await page.keyboard.press('r')
    await page.waitForSelector('.run-list')
    await run.kill()
  })

  it('holds only the rows that are seen, however many jobs there are', async () => {
    const { runs } = jobs(
      Array.from({ length: 5_000 }, (_, index) => entry(`261126-113754-${index}`, 'completed')),
    )
    const page = await opened(runs)
    await page.waitForSelector('.run-list table[data-rows="5000"]')
    expect((await rowsOf(page)).length).toBeLessThan(100)
  })

  it('is not in the way where one job alone is looked at', async () => {
    const { runs, handles } = jobs([entry('261126-123754-beef', 'running')])
    const run = createRuntime().dispatch(
      plan({ name: 'release', tasks: { build: { run: () => new Promise(() => undefined) } } }),
      { id: '261126-123754-beef' },
    )
    handles.set(run.id, run)
    const page = await opened(runs)
    await page.waitForSelector('.counts [data-status="running"]')
    expect(await page.$('.runs')).toBeNull()
    await run.kill()
  })
})
