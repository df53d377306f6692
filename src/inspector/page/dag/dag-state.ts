import { batch, computed, effect, signal } from '@preact/signals'
import { history, isShown, moment, search, select, selectedTask, statusFilter } from '../state/shown.ts'
import { anchored, type Camera, fitted, kept, type Place, revealing, type Size } from './camera.ts'
import { looksOf } from './looks.ts'
import { reachOf } from './reach.ts'
import { modelOf, type Scene, sceneOf } from './scene.ts'

const structure = computed(() => history.value.structure)
export const model = computed(() => modelOf(structure.value))

/** The keys of the groups whose tasks are drawn one by one. */
export const unfolded = signal<ReadonlySet<string>>(new Set())
export const scene = computed(() => sceneOf(model.value, (key) => unfolded.value.has(key)))
export const looks = computed(() => looksOf(scene.value, moment.value, moment.value.statuses))

/** True while only what the selected task needs, and what needs it, stands out. */
export const isTracing = signal(false)
/** The folded group that arrows have led to. */
export const chosenGroup = signal<string | undefined>(undefined)
export const hovered = signal<number | undefined>(undefined)
export const screen = signal<Size>({ width: 0, height: 0 })
export const camera = signal<Camera>({ x: 0, y: 0, zoom: 1 })

/** The box of the selected task, or of the group that arrows have led to. */
export const selectedBox = computed(() => {
  const { boxes, boxOf } = scene.value
  if (chosenGroup.value !== undefined) {
    const box = boxes.findIndex(({ key }) => key === chosenGroup.value)
    if (box !== -1) return box
  }
  const place = selectedTask.value === undefined ? undefined : history.value.placeOf(selectedTask.value)
  return place === undefined ? undefined : boxOf[place]
})

/** 1 for each box that steps back; undefined where none does. */
export const dimmed = computed((): Uint8Array | undefined => {
  const { boxes, links, model } = scene.value
  const isSought = search.value.trim() !== '' || statusFilter.value.size > 0
  const traced =
    isTracing.value && selectedBox.value !== undefined ? reachOf(selectedBox.value, links) : undefined
  if (!isSought && traced === undefined) return undefined
  const { statuses } = moment.value
  return Uint8Array.from(boxes, ({ tasks }, box) => {
    if (traced?.[box] === 0) return 1
    return isSought && !tasks.some((task) => isShown(model.ids[task]!, statuses[task]!)) ? 1 : 0
  })
})

/** Nobody has moved the picture yet: it is fitted anew when the window changes. */
let isUntouched = true

export function moveTo(next: Camera): void {
  isUntouched = false
  camera.value = kept(next, scene.peek().layout, screen.peek())
}

export function fit(): void {
  isUntouched = true
  camera.value = fitted(scene.peek().layout, screen.peek())
}

export function resize(size: Size): void {
  screen.value = size
  if (isUntouched) fit()
}

/** Folds or unfolds groups. What is looked at stays where it is. */
function unfold(next: ReadonlySet<string>, anchorTask?: number): void {
  const before = scene.peek()
  const anchor = anchorTask ?? taskInView(before)
  unfolded.value = next
  if (anchor === undefined) return
  const after = scene.peek()
  const wasUntouched = isUntouched
  const moved = anchored(camera.peek(), cornerIn(before, anchor), cornerIn(after, anchor))
  camera.value = kept(moved, after.layout, screen.peek())
  isUntouched = wasUntouched && camera.peek() === moved
}

export function toggleGroup(key: string): void {
  const next = new Set(unfolded.peek())
  if (!next.delete(key)) next.add(key)
  chosenGroup.value = undefined
  unfold(next, history.peek().placeOf(key))
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
    isUntouched = true
    if (screen.peek().width > 0) fit()
  })
})

/** What was selected elsewhere comes into view. */
effect(() => {
  if (selectedTask.value === undefined) return
  chosenGroup.value = undefined
  const box = selectedBox.peek()
  if (box !== undefined) reveal(box)
})
