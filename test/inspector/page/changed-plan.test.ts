import { describe, expect, it } from 'vitest'
import { created, numbered, taskOf } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { useBuiltPage } from './built-page.ts'

/** `build` is done when the run goes on without `test`, and with two tasks that are new, one of them before all others. */
const facts = numbered([
  created,
  { type: 'run.started' },
  { type: 'task.ready', taskId: 'build' },
  { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' },
  { type: 'task.started', taskId: 'build', attempt: 1 },
  { type: 'task.completed', taskId: 'build', attempt: 1, output: 'built' },
  { type: 'task.ready', taskId: 'test' },
  {
    type: 'run.recovered',
    structure: [taskOf('fetch', []), taskOf('build', ['fetch']), taskOf('publish', ['build'])],
    fingerprint: 'other',
  },
  { type: 'task.ready', taskId: 'fetch' },
  { type: 'task.ready', taskId: 'publish' },
])

describe.skipIf(noChromium)('a run that went on with another plan', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const opened = async (place: string) => {
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/${place}`)
    await page.waitForSelector('h1:text("release")')
    return page
  }

  it('shows the tasks of the plan that it has at an instant', async () => {
    const rows = async (place: string) => {
      const page = await opened(place)
      return page.$$eval('tr[data-task]', (all) =>
        all.map((row) => [row.getAttribute('data-task'), row.getAttribute('data-status')].join(' ')),
      )
    }
    expect(await rows('dag')).toEqual(['fetch ready', 'build completed', 'publish ready'])
    expect(await rows('dag?at=7')).toEqual(['build completed', 'test ready'])
    const page = await opened('timeline')
    expect(await page.locator('.timeline-row bdi').allTextContents()).toEqual(['build', 'fetch', 'publish'])
  })

  it('tells of each task what that plan says', async () => {
    const page = await opened('dag?task=publish')
    await page.waitForSelector('#task-title:has-text("publish")')
    expect(await page.locator('.section:has(h3:text("Needs")) .task-link').allTextContents()).toEqual([
      'completedbuild',
    ])
    const before = await opened('dag?task=publish&at=7')
    expect(await before.textContent('.side .empty')).toBe('This run has no such task.')
  })

  it('shows in every view, at every instant', async () => {
    for (const view of ['dag', 'timeline', 'statechart', 'events', 'facts']) {
      const page = await opened(`${view}?task=fetch&at=9`)
      for (const _ of facts) await page.click('[aria-label="One fact back"]')
      await page.click('.follow')
      expect(await page.textContent('.instant')).toContain('fact 10 of 10')
    }
  })
})
