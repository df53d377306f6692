import { computed } from '../state/signals.ts'
import type { Keys } from '../shell/heed-keys.ts'
import { selectedTask } from '../state/shown.ts'
import { zoomedAt } from './camera.ts'
import { fit, moveTo, toggleGroup } from './dag-moves.ts'
import { camera, isTracing, model, scene, screen, selectedBox } from './dag-state.ts'

/** The group of the selected task, folded or not. */
export const groupOfSelected = computed(() => {
  const task = selectedTask.value
  const { places, groupOf } = model.value
  const place = task === undefined ? undefined : places.get(task)
  return place === undefined ? undefined : groupOf.get(place)
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

function zoomBy(factor: number): void {
  const { width, height } = screen.peek()
  moveTo(zoomedAt(camera.peek(), { x: width / 2, y: height / 2 }, factor))
}

/** The keys of this view. */
export const dagKeys: Keys = {
  f: fit,
  0: originalSize,
  '+': () => zoomBy(1.25),
  '-': () => zoomBy(0.8),
  t: trace,
  g: () => {
    if (groupOfSelected.peek() !== undefined) toggleGroup(groupOfSelected.peek()!.key)
  },
}
