import type { Page } from 'playwright-core'
import { fold, type Fact } from 'dagmar'
import { modelOf, type Scene, sceneOf } from '../../../../src/inspector/page/dag/scene.ts'

/** The dag view of an open page, by what a user sees of it. */
export interface ShownDag {
  readonly page: Page
  readonly scene: Scene
  /** Where the box of a task is on the canvas: its left upper corner and its size, in CSS pixels. */
  boxOf(taskId: string): Promise<{ x: number; y: number; width: number; height: number }>
  /** The colour at a place of the canvas, once what is asked for has been painted. */
  colourAt(x: number, y: number): Promise<string>
  /** The colour of the bar at the left side of a task's box. */
  barOf(taskId: string): Promise<string>
  /** The colour that a status has in the theme that is shown. */
  colourFor(status: string): Promise<string>
  camera(): Promise<{ x: number; y: number; zoom: number }>
  /** The tasks in the rows of the table that are in the page, with their statuses. */
  rows(): Promise<(readonly [task: string, status: string])[]>
  /** A number that the view tells of itself, such as `boxes`. */
  count(what: string): Promise<number>
  /** Waits until all that has changed is painted. */
  painted(): Promise<void>
  clickOn(taskId: string): Promise<void>
}

/** Opens the address of a page with that run in it. */
export async function openDag(page: Page, url: string, facts: readonly Fact[]): Promise<ShownDag> {
  await page.goto(url)
  await page.waitForSelector('.dag')
  return shownDag(
    page,
    sceneOf(modelOf(fold(facts).structure), () => false),
  )
}

export function shownDag(page: Page, scene: Scene): ShownDag {
  const shown: ShownDag = {
    page,
    scene,
    boxOf: async (taskId) => {
      const { x, y, zoom } = await shown.camera()
      const box = scene.boxOf[scene.model.ids.indexOf(taskId)]!
      const { layout } = scene
      return {
        x: Math.round(layout.x[box]! * zoom + x),
        y: Math.round(layout.y[box]! * zoom + y),
        width: layout.widths[box]! * zoom,
        height: layout.boxHeight * zoom,
      }
    },
    colourAt: async (x, y) => {
      await shown.painted()
      return page.evaluate(
        `(() => {
          const canvas = document.querySelector('.dag canvas')
          const ratio = devicePixelRatio
          const [r, g, b] = canvas.getContext('2d').getImageData(${x} * ratio, ${y} * ratio, 1, 1).data
          return 'rgb(' + r + ', ' + g + ', ' + b + ')'
        })()`,
      )
    },
    barOf: async (taskId) => {
      await shown.painted()
      const { x, y, height } = await shown.boxOf(taskId)
      return shown.colourAt(x + 2, Math.round(y + height / 2))
    },
    colourFor: (status) =>
      page.evaluate(
        `(() => {
          const probe = document.createElement('i')
          probe.style.color = 'var(--state-${status})'
          document.body.append(probe)
          const { color } = getComputedStyle(probe)
          probe.remove()
          return color
        })()`,
      ),
    camera: async () => {
      await shown.painted()
      const text = (await page.getAttribute('.dag canvas', 'data-camera'))!
      const [x, y, zoom] = text.split(' ').map(Number)
      return { x: x!, y: y!, zoom: zoom! }
    },
    rows: () =>
      page.evaluate(
        `[...document.querySelectorAll('.dag-table [data-task]')].map((row) => [row.dataset.task, row.dataset.status])`,
      ),
    count: async (what) => Number(await page.getAttribute('.dag', `data-${what}`)),
    painted: () =>
      page.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))',
      ),
    clickOn: async (taskId) => {
      const { x, y, width, height } = await shown.boxOf(taskId)
      await page.click('.dag canvas', { position: { x: x + width / 2, y: y + height / 2 } })
    },
  }
  return shown
}
