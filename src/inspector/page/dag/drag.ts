import { type Place, zoomedAt } from './camera.ts'
import { moveTo, selectBox, toggleGroup } from './dag-moves.ts'
import { camera, hovered, scene } from './dag-state.ts'

/** A press that moves less than this, in pixels, is a click. */
const clickReach = 4

/** Pans by one pointer, zooms by two or by the wheel, selects by a click. Returns what stops it. */
export function drag(canvas: HTMLCanvasElement): () => void {
  const pressed = new Map<number, Place>()
  let began: Place | undefined
  let isClick = false

  const placeOf = (event: MouseEvent): Place => {
    const { left, top } = canvas.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const hover = (box: number | undefined): void => {
    hovered.value = box
    canvas.style.cursor = box === undefined ? '' : 'pointer'
    canvas.title = box === undefined ? '' : titleOf(box)
  }
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return
    const place = placeOf(event)
    canvas.setPointerCapture(event.pointerId)
    pressed.set(event.pointerId, place)
    isClick = pressed.size === 1
    began = place
  }
  const move = (event: PointerEvent): void => {
    const place = placeOf(event)
    const before = pressed.get(event.pointerId)
    if (before === undefined) {
      hover(boxAt(place))
      return
    }
    if (isClick && Math.hypot(place.x - began!.x, place.y - began!.y) < clickReach) return
    isClick = false
    const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1]
    pressed.set(event.pointerId, place)
    const seen = camera.peek()
    if (other === undefined) {
      canvas.style.cursor = 'grabbing'
      moveTo({ ...seen, x: seen.x + place.x - before.x, y: seen.y + place.y - before.y })
      return
    }
    const factor = distance(place, other) / Math.max(1, distance(before, other))
    const [from, to] = [middle(before, other), middle(place, other)]
    const zoomed = zoomedAt(seen, from, factor)
    moveTo({ ...zoomed, x: zoomed.x + to.x - from.x, y: zoomed.y + to.y - from.y })
  }
  const up = (event: PointerEvent): void => {
    if (!pressed.delete(event.pointerId)) return
    const box = boxAt(placeOf(event))
    if (isClick && event.type === 'pointerup' && box !== undefined) {
      const { group } = scene.peek().boxes[box]!
      if (group === undefined) selectBox(box)
      else toggleGroup(group.key)
    }
    isClick = false
    hover(event.pointerType === 'mouse' ? boxAt(placeOf(event)) : undefined)
  }
  const wheel = (event: WheelEvent): void => {
    event.preventDefault()
    const seen = camera.peek()
    // Lines and pages, where a browser counts in those.
    const by = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? 16 : 400
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const across = event.deltaX === 0 ? event.deltaY : event.deltaX
      moveTo({ ...seen, x: seen.x - across * by, y: seen.y - (event.shiftKey ? 0 : event.deltaY * by) })
      return
    }
    // A trackpad's pinch comes as a wheel with the control key, in small steps.
    const step = Math.max(-1, Math.min(1, event.deltaY * by * (event.ctrlKey ? 0.01 : 0.002)))
    moveTo(zoomedAt(seen, placeOf(event), Math.exp(-step)))
  }
  const leave = (): void => hover(undefined)

  const heard = new AbortController()
  const { signal } = heard
  canvas.addEventListener('pointerdown', down, { signal })
  canvas.addEventListener('pointermove', move, { signal })
  canvas.addEventListener('pointerup', up, { signal })
  canvas.addEventListener('pointercancel', up, { signal })
  canvas.addEventListener('pointerleave', leave, { signal })
  canvas.addEventListener('wheel', wheel, { signal, passive: false })
  return () => heard.abort()
}

function boxAt({ x, y }: Place): number | undefined {
  const seen = camera.peek()
  return scene.peek().grid.at((x - seen.x) / seen.zoom, (y - seen.y) / seen.zoom)
}

function titleOf(box: number): string {
  const { label, tasks, group } = scene.peek().boxes[box]!
  return group === undefined ? label : `${tasks.length} × ${label}: click to unfold`
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function middle(a: Place, b: Place): Place {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}
