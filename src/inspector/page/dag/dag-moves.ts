import { batch, effect } from '../state/signals.ts'
import { select, selectedTask } from '../state/shown.ts'
import { anchored, type Camera, fitted, kept, opening, type Place, revealing, type Size } from './camera.ts'
import { camera, chosenGroup, hovered, model, scene, screen, selectedBox, unfolded } from './dag-state.ts'
import type { Scene } from './scene.ts'

/** What the window keeps showing when its size changes: how the picture opens, all of it, or the place that somebody chose. */
let keeps: 'opening' | 'whole' | 'place' = 'opening'

export function moveTo(next: Camera): void {
  keeps = 'place'
  camera.value = kept(next, scene.peek().layout, screen.peek())
}

export function fit(): void {
  if (screen.peek().width === 0) return
  keeps = 'whole'
  camera.value = fitted(scene.peek().layout, screen.peek())
}

export function resize(size: Size): void {
  if (size.width === 0 || size.height === 0) return
  screen.value = size
  if (keeps === 'opening') open()
  else if (keeps === 'whole') fit()
}

function open(): void {
  if (screen.peek().width === 0) return
  const { layout, boxes } = scene.peek()
  camera.value = opening(layout, screen.peek(), boxes.length)
}

/** Folds or unfolds groups. What is looked at stays where it is. */
function unfold(next: ReadonlySet<string>, anchorTask?: number): void {
  const before = scene.peek()
  const anchor = anchorTask ?? taskInView(before)
  unfolded.value = next
  if (anchor === undefined) return
  const after = scene.peek()
  const moved = anchored(camera.peek(), cornerIn(before, anchor), cornerIn(after, anchor))
  camera.value = kept(moved, after.layout, screen.peek())
  keeps = 'place'
}

export function toggleGroup(key: string): void {
  const next = new Set(unfolded.peek())
  if (!next.delete(key)) next.add(key)
  chosenGroup.value = undefined
  unfold(next, model.peek().places.get(key))
}

export function toggleAllGroups(): void {
  const { groups } = model.peek()
  const areAll = groups.every(({ key }) => unfolded.peek().has(key))
  unfold(new Set(areAll ? [] : groups.map(({ key }) => key)))
}

/** Selects what a box stands for; a folded group is only pointed at. */
export function selectBox(box: number): void {
  const { key, group } = scene.peek().boxes[box]!
  batch(() => {
    chosenGroup.value = group === undefined ? undefined : key
    if (group === undefined) select(key)
  })
  reveal(box)
}

export function reveal(box: number): void {
  if (screen.peek().width === 0) return
  const { layout } = scene.peek()
  const { x, y, zoom } = camera.peek()
  const next = revealing(
    camera.peek(),
    { x: layout.x[box]!, y: layout.y[box]!, width: layout.widths[box]!, height: layout.boxHeight },
    screen.peek(),
  )
  if (next.x !== x || next.y !== y) moveTo({ ...next, zoom })
}

function cornerIn({ layout, boxOf }: Scene, task: number): Place {
  return { x: layout.x[boxOf[task]!]!, y: layout.y[boxOf[task]!]! }
}

/** The selected task if it can be seen, else the one nearest to the middle of the screen. */
function taskInView({ layout, boxes, grid }: Scene): number | undefined {
  const { x, y, zoom } = camera.peek()
  const { width, height } = screen.peek()
  const seen = grid.within(-x / zoom, -y / zoom, (width - x) / zoom, (height - y) / zoom)
  const selected = selectedBox.peek()
  if (selected !== undefined && seen.includes(selected)) return boxes[selected]!.tasks[0]
  const [middleX, middleY] = [(width / 2 - x) / zoom, (height / 2 - y) / zoom]
  let [nearest, least] = [seen[0], Number.POSITIVE_INFINITY]
  for (const box of seen) {
    const distance = Math.hypot(layout.x[box]! - middleX, layout.y[box]! - middleY)
    if (distance < least) [nearest, least] = [box, distance]
  }
  return nearest === undefined ? undefined : boxes[nearest]!.tasks[0]
}

/** Another dag is another picture. */
effect(() => {
  void model.value
  batch(() => {
    unfolded.value = new Set()
    chosenGroup.value = undefined
    hovered.value = undefined
    keeps = 'opening'
    open()
  })
})

/** What was selected elsewhere comes into view. */
effect(() => {
  if (selectedTask.value === undefined) return
  chosenGroup.value = undefined
  const box = selectedBox.peek()
  if (box !== undefined) reveal(box)
})
