import { computed, effect } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { theme } from '../shell/theme.ts'
import { instant, moment } from '../state/shown.ts'
import { resize, selectBox, toggleGroup } from './dag-moves.ts'
import { camera, critical, dimmed, hovered, looks, scene, screen, selectedBox } from './dag-state.ts'
import { drag } from './drag.ts'
import { painterOn } from './painter.ts'
import { readPalette } from './palette.ts'
import { type Arrow, neighbourOf } from './reach.ts'

/** The theme is on the page by the time that the next frame is painted. */
const palette = computed(() => {
  void theme.value
  return readPalette()
})

export function DagCanvas(): ComponentChildren {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const shown = canvas.current!
    const ends = [watchSize(shown), keepPainted(shown), drag(shown)]
    return () => ends.forEach((end) => end())
  }, [])
  return (
    <div class="dag-picture">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label="The dag. Arrows move along its edges, Enter opens a task or unfolds a group; the table has the same tasks."
        onKeyDown={heed}
      />
    </div>
  )
}

function watchSize(canvas: HTMLCanvasElement): () => void {
  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement!
    if (width > 0 && height > 0) resize({ width, height })
  })
  observer.observe(canvas.parentElement!)
  return () => observer.disconnect()
}

/** Paints once before the next frame after anything that is shown has changed, and never else. */
function keepPainted(canvas: HTMLCanvasElement): () => void {
  const show = painterOn(canvas)
  let frame: number | undefined
  const next = (): void => {
    frame = undefined
    if (screen.peek().width === 0) return
    const { tasks, seq } = moment.peek()
    const picture = {
      scene: scene.peek(),
      looks: looks.peek(),
      critical: critical.peek(),
      tasks,
      now: instant.peek(),
      camera: camera.peek(),
      screen: screen.peek(),
      isDim: dimmed.peek(),
      selected: selectedBox.peek(),
      hovered: hovered.peek(),
    }
    show(picture, palette.peek())
    const { x, y, zoom } = picture.camera
    canvas.dataset['camera'] = `${x} ${y} ${zoom}`
    canvas.dataset['seq'] = String(seq)
  }
  const stop = effect(() => {
    void [
      looks.value,
      critical.value,
      camera.value,
      screen.value,
      dimmed.value,
      selectedBox.value,
      hovered.value,
    ]
    void [palette.value, instant.value]
    frame ??= requestAnimationFrame(next)
  })
  return () => {
    stop()
    if (frame !== undefined) cancelAnimationFrame(frame)
  }
}

const arrows: Readonly<Record<string, Arrow>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

function heed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const arrow = arrows[event.key]
  const box = selectedBox.peek()
  if (arrow !== undefined) {
    const { links, layout, boxes } = scene.peek()
    const next =
      box === undefined ? (boxes.length > 0 ? 0 : undefined) : neighbourOf(box, arrow, links, layout)
    if (next !== undefined) selectBox(next)
  } else if (event.key === 'Enter' && box !== undefined) {
    const { group } = scene.peek().boxes[box]!
    if (group === undefined) openTask()
    else toggleGroup(group.key)
  } else return
  event.preventDefault()
}

/** Leads the keyboard to what is told of the selected task. */
export function openTask(): void {
  const side = document.querySelector<HTMLElement>('.side')
  if (side === null) return
  side.tabIndex = -1
  side.focus()
}
