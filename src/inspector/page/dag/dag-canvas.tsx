import type { ComponentChildren } from 'preact'
import { drawAnew } from '../canvas/redraw.ts'
import { hasModifier } from '../shell/heed-keys.ts'
import { watchSize } from '../list/watch-size.ts'
import { instant } from '../state/shown.ts'
import { moment } from '../state/shown.ts'
import { resize, selectBox, toggleGroup } from './dag-moves.ts'
import { camera, content, scene, screen, selectedBox } from './dag-state.ts'
import { drag } from './drag.ts'
import { painterOn } from './painter.ts'
import { type Arrow, neighbourOf } from './reach.ts'
import { useEffect, useRef } from '../state/signals.ts'

export function DagCanvas(): ComponentChildren {
  const canvas = useRef<HTMLCanvasElement>()
  useEffect(() => {
    const shown = canvas.current!
    const frame = shown.parentElement!
    const ends = [
      watchSize(frame, () => resize({ width: frame.clientWidth, height: frame.clientHeight })),
      keepPainted(shown),
      drag(shown),
    ]
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

function keepPainted(canvas: HTMLCanvasElement): () => void {
  const show = painterOn(canvas)
  return drawAnew(() => {
    const picture = {
      ...content.value,
      content: content.value,
      now: instant.value,
      camera: camera.value,
      screen: screen.value,
    }
    if (picture.screen.width === 0) return
    show(picture)
    const { x, y, zoom } = picture.camera
    canvas.dataset['camera'] = `${x} ${y} ${zoom}`
    canvas.dataset['seq'] = String(moment.value.seq)
  })
}

const arrows: Readonly<Record<string, Arrow>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

function heed(event: KeyboardEvent): void {
  if (hasModifier(event)) return
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
