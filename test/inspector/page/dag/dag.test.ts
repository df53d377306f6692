import { fold, resultOf, type Fact } from 'dagmar'
import { beforeAll, describe, expect, it } from 'vitest'
import { criticalPathOf } from '../../../../src/events/critical-path-of.ts'
import { isRunFact } from '../../../../src/events/facts.ts'
import { noChromium, useBrowser } from '../../browser.ts'
import { useBuiltPage } from '../built-page.ts'
import { madeTasks, numbersFrom } from './made-dags.ts'
import { type RecordedTask, recordRun } from './recorded-run.ts'
import { openDag, shownDag } from './shown-dag.ts'
import { sceneOf } from '../../../../src/inspector/page/dag/scene.ts'

const release: readonly RecordedTask[] = [
  { id: 'fetch', ms: 300 },
  { id: 'install', needs: ['fetch'], ms: 1_200 },
  { id: 'lint', needs: ['install'], ms: 800 },
  { id: 'unit', needs: ['install'], ms: 2_400, fails: 1, maxAttempts: 3 },
  { id: 'build', needs: ['install'], ms: 1_600, fails: 9 },
  { id: 'package', needs: ['build'], ms: 500 },
  { id: 'publish', needs: ['package', 'unit', 'lint'], ms: 500 },
  { id: 'licences', ms: 100 },
]

const matrix: readonly RecordedTask[] = [
  { id: 'build', ms: 100 },
  ...Array.from({ length: 30 }, (_, index) => ({
    id: `test(node 20, shard ${index})`,
    needs: ['build'],
    ms: 100 + index,
    fails: index === 4 ? 9 : 0,
  })),
  { id: 'report', needs: Array.from({ length: 30 }, (_, index) => `test(node 20, shard ${index})`) },
]

function statusesOf(facts: readonly Fact[]): (readonly [string, string])[] {
  return Array.from(fold(facts).tasks.values(), ({ id, status }) => [id, status] as const)
}

describe.skipIf(noChromium)('the dag in the page', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  let failed: Fact[] = []
  let sharded: Fact[] = []

  beforeAll(async () => {
    failed = await recordRun('release', release)
    sharded = await recordRun('shards', matrix)
  })

  it('shows each task in the colour of its status, in the picture and in the table', async () => {
    const midway = await recordRun('release', release, { untilMs: 2_000 })
    for (const [facts, deviceScaleFactor] of [
      [failed, 1],
      [midway, 2],
    ] as const) {
      const dag = await openDag(await browser.page({ deviceScaleFactor }), built.saved(facts), facts)
      expect(await dag.rows()).toEqual(statusesOf(facts))
      for (const [task, status] of statusesOf(facts)) {
        if (['pending', 'ready', 'skipped'].includes(status)) continue
        expect([task, await dag.barOf(task)]).toEqual([task, await dag.colourFor(status)])
      }
    }
  })

  it('shows an earlier instant as the facts up to it fold', async () => {
    const dag = await openDag(await browser.page(), built.saved(failed), failed)
    const last = failed.filter(isRunFact).length
    for (let back = 1; back <= 12; back++) {
      await dag.page.keyboard.press('[')
      const until = failed.filter((fact) => !isRunFact(fact) || fact.seq <= last - back)
      await dag.page.waitForSelector(`.dag canvas[data-seq="${last - back}"]`)
      expect(await dag.rows()).toEqual(statusesOf(until))
    }
    expect(await dag.barOf('build')).not.toBe(await dag.colourFor('failed'))
  })

  it('marks what failed, what was skipped because of it, and the chain that took longest', async () => {
    const dag = await openDag(await browser.page(), built.saved(failed), failed)
    const { rootCauses, consequences } = resultOf(fold(failed))
    expect(await dag.count('root-causes')).toBe(rootCauses.length)
    expect(await dag.count('consequences')).toBe(consequences.length)
    const ids = (fault: string) =>
      dag.page.evaluate(
        `[...document.querySelectorAll('[data-fault="${fault}"]')].map((row) => row.dataset.task)`,
      )
    expect(await ids('root-cause')).toEqual(rootCauses.map(({ taskId }) => taskId))
    expect(await ids('consequence')).toEqual(consequences.map(({ taskId }) => taskId))
    const chain = criticalPathOf(fold(failed)).ids
    await dag.page.waitForSelector(`.dag[data-critical="${chain.length}"]`)
  })

  it('has one selection in the picture, the table and the address', async () => {
    const dag = await openDag(await browser.page(), built.saved(failed), failed)
    await dag.clickOn('unit')
    await dag.page.waitForSelector('tr[data-task="unit"][aria-selected="true"]')
    expect(dag.page.url()).toContain('task=unit')
    await dag.page.click('tr[data-task="lint"]')
    expect(dag.page.url()).toContain('task=lint')
    await dag.page.waitForSelector('.dag output:text("lint: completed")', { state: 'attached' })
  })

  it('moves along the edges by arrows, and opens the task by Enter', async () => {
    const dag = await openDag(await browser.page(), built.saved(failed), failed)
    await dag.page.focus('.dag canvas')
    const selected = () => new URLSearchParams(dag.page.url().split('?')[1]).get('task')
    await dag.page.keyboard.press('ArrowRight')
    expect(selected()).toBe('fetch')
    await dag.page.keyboard.press('ArrowRight')
    expect(selected()).toBe('install')
    await dag.page.keyboard.press('ArrowRight')
    const inColumn = selected()!
    expect(['lint', 'unit', 'build']).toContain(inColumn)
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown']) await dag.page.keyboard.press(key)
    expect(['lint', 'unit', 'build']).toContain(selected())
    await dag.page.keyboard.press('ArrowLeft')
    expect(selected()).toBe('install')
    await dag.page.keyboard.press('Enter')
    expect(await dag.page.evaluate('document.activeElement.className')).toBe('side')
  })

  it('leaves what search and filter name: in the table alone, in the picture before the rest', async () => {
    const dag = await openDag(await browser.page(), built.saved(failed), failed)
    const lint = await dag.barOf('lint')
    await dag.page.fill('#search', 'un')
    await dag.page.waitForSelector('.dag-table [data-rows="1"]')
    expect(await dag.rows()).toEqual([['unit', 'completed']])
    expect(await dag.barOf('unit')).toBe(lint)
    expect(await dag.barOf('lint')).not.toBe(lint)
    await dag.page.fill('#search', '')
    await dag.page.click('.counts [data-status="failed"]')
    expect(await dag.rows()).toEqual([['build', 'failed']])
    expect(await dag.barOf('lint')).not.toBe(lint)
  })

  it('traces what a task needs, and what needs it', async () => {
    const dag = await openDag(await browser.page(), built.saved(failed), failed)
    const green = await dag.barOf('lint')
    await dag.clickOn('unit')
    await dag.page.keyboard.press('t')
    await dag.page.waitForSelector('button:text("Trace")[aria-pressed="true"]')
    expect([await dag.barOf('fetch'), await dag.barOf('unit')]).toEqual([green, green])
    expect(await dag.barOf('lint')).not.toBe(green)
    expect(await dag.barOf('licences')).not.toBe(green)
  })

  it('folds many that look alike into one box, and unfolds them by a click', async () => {
    const page = await browser.page()
    const dag = await openDag(page, built.saved(sharded), sharded)
    expect(await dag.count('boxes')).toBe(3)
    expect(await dag.count('root-causes')).toBe(1)
    await dag.clickOn('test(node 20, shard 0)')
    await page.waitForSelector('.dag[data-boxes="32"]')
    await page.click('tr[data-task="test(node 20, shard 4)"]')
    await page.click('button:text("Fold test")')
    await page.waitForSelector('.dag[data-boxes="3"]')
    // The same by keys, wherever the focus is.
    await page.keyboard.press('g')
    await page.waitForSelector('.dag[data-boxes="32"]')
  })

  it('keeps what is selected where it is while all around it unfolds', async () => {
    const twice = ['one', 'two'].flatMap((name) =>
      matrix.map(({ id, needs = [], ms = 0 }) => ({
        id: `${name}: ${id}`,
        needs: needs.map((need) => `${name}: ${need}`),
        ms,
      })),
    )
    const facts = await recordRun('twice', twice)
    const page = await browser.page()
    const dag = await openDag(page, built.saved(facts), facts)
    await dag.clickOn('two: build')
    const before = await dag.boxOf('two: build')
    await page.click('button:text("Unfold all")')
    await page.waitForSelector('.dag[data-boxes="64"]')
    const unfolded = shownDag(
      page,
      sceneOf(dag.scene.model, () => true),
    )
    const place = ({ scene }: typeof dag): number =>
      scene.layout.y[scene.boxOf[scene.model.ids.indexOf('two: build')]!]!
    expect(place(unfolded)).not.toBe(place(dag))
    expect(await unfolded.boxOf('two: build')).toEqual(before)
  })

  it('is dragged, zoomed by the wheel around the pointer, and fitted', async () => {
    const { page, ...dag } = await openDag(await browser.page(), built.saved(failed), failed)
    const start = await dag.camera()
    const frame = (await page.locator('.dag canvas').boundingBox())!
    const [x, y] = [frame.x + frame.width - 40, frame.y + 30]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - 70, y + 45, { steps: 5 })
    await page.mouse.up()
    expect(await dag.camera()).toEqual({ ...start, x: start.x - 70, y: start.y + 45 })
    const near = await dag.boxOf('install')
    await page.mouse.move(frame.x + near.x, frame.y + near.y)
    await page.mouse.wheel(0, -300)
    const nearer = await dag.boxOf('install')
    expect((await dag.camera()).zoom).toBeGreaterThan(start.zoom)
    expect(Math.abs(nearer.x - near.x) + Math.abs(nearer.y - near.y)).toBeLessThanOrEqual(2)
    await page.focus('.dag canvas')
    await page.keyboard.press('0')
    expect((await dag.camera()).zoom).toBe(1)
    await page.keyboard.press('f')
    expect(await dag.camera()).toEqual(start)
  })

  it('follows a run that begins only now', async () => {
    const served = await built.serve(failed.slice(0, 1))
    const page = await browser.page()
    const dag = await openDag(page, served.url, failed)
    expect(await dag.rows()).toEqual(statusesOf(failed.slice(0, 1)))
    for (const fact of failed.slice(1)) served.tell(fact)
    await page.waitForSelector('tr[data-task="build"][data-status="failed"]')
    await page.waitForSelector(`.dag canvas[data-seq="${failed.findLast(isRunFact)!.seq}"]`)
    await expect.poll(() => dag.rows()).toEqual(statusesOf(failed))
    expect(await dag.barOf('build')).toBe(await dag.colourFor('failed'))
  })

  it('counts how long a task runs while nothing is told', async () => {
    const midway = await recordRun('release', release, { untilMs: 400 })
    const served = await built.serve(midway)
    const page = await browser.page()
    await page.clock.install()
    await page.goto(served.url)
    const lasted = page.locator('tr[data-task="install"][data-status="running"] .col-duration')
    const before = Number.parseFloat((await lasted.textContent())!)
    await page.clock.runFor(5_000)
    await page.waitForFunction(
      `/^[4-6]\\.\\d s$/.test(document.querySelector('tr[data-task="install"] .col-duration').textContent)`,
    )
    expect(before).toBeLessThan(1_000)
  })

  it('is drawn anew in the other theme, and not at all while nothing changes', async () => {
    const dag = await openDag(await browser.page({ colorScheme: 'light' }), built.saved(failed), failed)
    const paper = await dag.colourAt(3, 3)
    const green = await dag.barOf('lint')
    await dag.page.click('button:text("Dark")')
    expect(await dag.colourAt(3, 3)).not.toBe(paper)
    expect(await dag.barOf('lint')).toBe(await dag.colourFor('completed'))
    expect(await dag.barOf('lint')).not.toBe(green)
    await dag.page.evaluate(countStrokes)
    for (let frame = 0; frame < 5; frame++) await dag.painted()
    expect(await dag.page.evaluate('window.strokes')).toBe(0)
  })

  it('shows the table first where the page is narrow', async () => {
    const page = await browser.page({ viewport: { width: 400, height: 800 } })
    const dag = await openDag(page, built.saved(failed), failed)
    expect(await dag.rows()).toEqual(statusesOf(failed))
    expect(await page.locator('.dag canvas').count()).toBe(0)
    const wide = await page.evaluate('document.documentElement.scrollWidth')
    expect(wide).toBe(400)
    await page.click('button:text("Graph")')
    expect(await dag.barOf('build')).toBe(await dag.colourFor('failed'))
  })

  it('is zoomed by two fingers, around the place between them', async () => {
    const { page, ...dag } = await openDag(await browser.page(), built.saved(failed), failed)
    const start = await dag.camera()
    const [x, y] = [400, 150]
    // Two pointers that go apart, to twice their distance.
    await page.evaluate(`(() => {
      const canvas = document.querySelector('.dag canvas')
      const { left, top } = canvas.getBoundingClientRect()
      canvas.setPointerCapture = () => {}
      const send = (type, pointerId, x) =>
        canvas.dispatchEvent(new PointerEvent(type, {
          pointerId, pointerType: 'touch', clientX: left + x, clientY: top + ${y}, bubbles: true,
        }))
      send('pointerdown', 1, ${x - 50})
      send('pointerdown', 2, ${x + 50})
      send('pointermove', 1, ${x - 100})
      send('pointermove', 2, ${x + 100})
      send('pointerup', 1, ${x - 100})
      send('pointerup', 2, ${x + 100})
    })()`)
    const after = await dag.camera()
    expect(after.zoom).toBeCloseTo(2 * start.zoom, 6)
    expect((x - after.x) / after.zoom).toBeCloseTo((x - start.x) / start.zoom, 6)
    expect((y - after.y) / after.zoom).toBeCloseTo((y - start.y) / start.zoom, 6)
    // Neither finger has selected anything.
    expect(page.url()).not.toContain('task=')
  })

  it('takes ids of any kind for text', async () => {
    const ids = [
      '<img src=x onerror="document.title = 1">',
      '</script><script>document.title = 2</script>',
      '東京 🚀 שלום',
      'a'.repeat(200),
      'constructor',
      '"quoted" & \'so on\'',
    ]
    const facts = await recordRun(
      '<b>bold</b>',
      ids.map((id, index) => ({ id, needs: ids.slice(0, index), fails: index === 3 ? 9 : 0 })),
    )
    const dag = await openDag(await browser.page(), built.saved(facts), facts)
    expect(await dag.rows()).toEqual(statusesOf(facts))
    await dag.page.keyboard.press('f')
    for (const id of ids) {
      await dag.clickOn(id)
      await dag.painted()
      expect(new URLSearchParams(dag.page.url().split('?')[1]).get('task')).toBe(id)
    }
    expect(await dag.page.locator('img').count()).toBe(0)
    expect(await dag.page.title()).not.toMatch(/^[12]$/)
  })

  it('shows a run without tasks, and a chain of three thousand', async () => {
    const none = await recordRun('none', [])
    const page = await browser.page()
    await page.goto(built.saved(none))
    await page.waitForSelector('text="The run has no tasks."')
    const links = Array.from({ length: 3_000 }, (_, index) => index)
    const chain = await recordRun(
      'chain',
      links.map((index) => ({ id: `t${index}`, needs: index === 0 ? [] : [`t${index - 1}`], ms: 1 })),
    )
    const dag = await openDag(await browser.page(), built.saved(chain), chain)
    await dag.page.keyboard.press('0')
    await dag.page.click('tr[data-task="t2"]')
    await dag.page.focus('.dag canvas')
    await dag.page.keyboard.press('ArrowRight')
    await dag.page.waitForSelector('tr[data-task="t3"][aria-selected="true"]')
    expect(await dag.barOf('t3')).toBe(await dag.colourFor('completed'))
  })

  describe('of five thousand tasks', () => {
    let facts: Fact[] = []
    beforeAll(async () => {
      const number = numbersFrom(11)
      const tasks = madeTasks(5_000, (index) =>
        index < 40 ? [] : [...new Set([number(200), number(200)].map((by) => Math.max(0, index - 1 - by)))],
      )
      facts = await recordRun('many', tasks, { concurrency: 64 })
    }, 60_000)

    it('has a picture that is dragged as one image, and few rows in the page', async () => {
      const dag = await openDag(await browser.page(), built.saved(facts), facts)
      expect(await dag.page.getAttribute('.dag-table table', 'data-rows')).toBe('5000')
      expect((await dag.rows()).length).toBeLessThan(80)
      const frame = (await dag.page.locator('.dag canvas').boundingBox())!
      await dag.page.mouse.move(frame.x + 500, frame.y + 200)
      await dag.page.mouse.down()
      await dag.page.mouse.move(frame.x + 490, frame.y + 200, { steps: 3 })
      await dag.painted()
      await dag.page.evaluate(countStrokes)
      await dag.page.mouse.move(frame.x + 300, frame.y + 150, { steps: 20 })
      await dag.painted()
      expect(await dag.page.evaluate('window.strokes')).toBe(0)
      await dag.page.mouse.up()
      // What is not moved alone is painted.
      await dag.page.keyboard.press('+')
      await dag.painted()
      expect(await dag.page.evaluate('window.strokes')).toBeGreaterThan(0)
    })

    it('leads to its last task by one key, in the table and in the picture', async () => {
      const dag = await openDag(await browser.page(), built.saved(facts), facts)
      await dag.page.focus('.dag canvas')
      await dag.page.keyboard.press('0')
      await dag.page.focus('.dag-table table')
      await dag.page.keyboard.press('End')
      await dag.page.waitForSelector('tr[data-task="t4999"][aria-selected="true"]')
      const active = `document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).dataset.task`
      expect(await dag.page.evaluate(active)).toBe('t4999')
      const { x, y, width, height } = await dag.boxOf('t4999')
      const frame = (await dag.page.locator('.dag canvas').boundingBox())!
      expect(x).toBeGreaterThanOrEqual(0)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(frame.width)
      expect(y + height).toBeLessThanOrEqual(frame.height)
    })
  })
})

/** Counts from now on in `window.strokes` how often a line is drawn. */
const countStrokes = `(() => {
  window.strokes = 0
  const { prototype } = CanvasRenderingContext2D
  const { stroke } = prototype
  prototype.stroke = function (...given) {
    window.strokes++
    return stroke.apply(this, given)
  }
})()`
