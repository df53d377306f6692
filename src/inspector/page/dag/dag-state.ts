import { longestChain } from '../state/longest-chain.ts'
import { computed, signal } from '../state/signals.ts'
import { isShown, moment, search, selectedTask, statusFilter } from '../state/shown.ts'
import type { Camera, Size } from './camera.ts'
import { criticalIn } from './critical.ts'
import { looksOf } from './looks.ts'
import type { Content } from './picture.ts'
import { reachOf } from './reach.ts'
import { modelOf, sceneOf } from './scene.ts'

const structure = computed(() => moment.value.structure)
export const model = computed(() => modelOf(structure.value))

/** The keys of the groups whose tasks are drawn one by one. */
export const unfolded = signal<ReadonlySet<string>>(new Set())
export const scene = computed(() => sceneOf(model.value, (key) => unfolded.value.has(key)))
export const looks = computed(() => looksOf(scene.value, moment.value, moment.value.statuses))

export const critical = computed(() => {
  const places = longestChain.value.ids.map((id) => model.value.places.get(id))
  return criticalIn(
    scene.value,
    places.filter((place) => place !== undefined),
  )
})

/** True while only what the selected task needs, and what needs it, stands out. */
export const isTracing = signal(false)
/** The folded group that arrows have led to. */
export const chosenGroup = signal<string | undefined>(undefined)
export const hovered = signal<number | undefined>(undefined)
export const screen = signal<Size>({ width: 0, height: 0 })
export const camera = signal<Camera>({ x: 0, y: 0, zoom: 1 })

/** The box of the selected task, or of the group that arrows have led to. */
export const selectedBox = computed(() => {
  const { boxes, boxOf, model } = scene.value
  if (chosenGroup.value !== undefined) {
    const box = boxes.findIndex(({ key }) => key === chosenGroup.value)
    if (box !== -1) return box
  }
  const place = selectedTask.value === undefined ? undefined : model.places.get(selectedTask.value)
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

export const content = computed(
  (): Content => ({
    scene: scene.value,
    looks: looks.value,
    critical: critical.value,
    tasks: moment.value.tasks,
    isDim: dimmed.value,
    selected: selectedBox.value,
    hovered: hovered.value,
  }),
)
