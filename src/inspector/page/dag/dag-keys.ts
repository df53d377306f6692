import { computed } from '@preact/signals'
import { history, selectedTask } from '../state/shown.ts'
import { zoomedAt } from './camera.ts'
import { fit, moveTo, toggleGroup } from './dag-moves.ts'
import { camera, isTracing, model, scene, screen, selectedBox } from './dag-state.ts'

/** The group of the selected task, folded or not. */
export const groupOfSelected = computed(() => {
  const task = selectedTask.value
  const place = task === undefined ? undefined : history.value.placeOf(task)
  return place === undefined ? undefined : model.value.groupOf.get(place)
})

export function originalSize(): void {
  const { width, height } = screen.peek()
  const box = selectedBox.peek()
  const { layout } = scene.peek()
  const seen = camera.peek()
  const at =
    box === undefined
      ? { x: width / 2, y: height / 2 }
      : { x: layout.x[box]! * seen.zoom + seen.x, y: layout.y[box]! * seen.zoom + seen.y }
  moveTo(zoomedAt(seen, at, 1 / seen.zoom))
}

export function trace(): void {
  isTracing.value = !isTracing.value
}

/** The keys of this view, wherever the focus is but in a field. */
export function heedDagKeys(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const { target } = event
  if (target instanceof HTMLElement && target.matches('input, textarea, select, dialog *')) return
  if (act(event.key)) event.preventDefault()
}

function act(key: string): boolean {
  const { width, height } = screen.peek()
  switch (key) {
    case 'f':
      fit()
      return true
    case '0':
      originalSize()
      return true
    case '+':
    case '-':
      moveTo(zoomedAt(camera.peek(), { x: width / 2, y: height / 2 }, key === '+' ? 1.25 : 0.8))
      return true
    case 't':
      trace()
      return true
    case 'g':
      if (groupOfSelected.peek() !== undefined) toggleGroup(groupOfSelected.peek()!.key)
      return true
    default:
      return false
  }
}
