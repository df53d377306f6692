import { computed, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { history, moment, selectedTask } from '../state/shown.ts'
import { zoomedAt } from './camera.ts'
import { DagCanvas } from './dag-canvas.tsx'
import { fit, moveTo, toggleAllGroups, toggleGroup } from './dag-moves.ts'
import {
  camera,
  critical,
  isTracing,
  looks,
  model,
  scene,
  screen,
  selectedBox,
  unfolded,
} from './dag-state.ts'
import { isConsequence, isRootCause } from './looks.ts'
import { TaskTable } from './task-table.tsx'

const parts = ['picture', 'both', 'table'] as const
type Part = (typeof parts)[number]
const partNames = { picture: 'Graph', both: 'Both', table: 'Table' } as const

const narrow = matchMedia('(width <= 900px)')
const isNarrow = signal(narrow.matches)
narrow.addEventListener('change', () => {
  isNarrow.value = narrow.matches
})
const chosenPart = signal<Part | undefined>(undefined)
/** A narrow page has room for one of the two; the table tells more there. */
const part = computed((): Part => {
  const chosen = chosenPart.value
  if (!isNarrow.value) return chosen ?? 'both'
  return chosen === 'picture' ? 'picture' : 'table'
})

export function DagView(): ComponentChildren {
  if (moment.value.structure.length === 0) return <p class="empty">The run has no tasks yet.</p>
  const { fault } = looks.value
  return (
    <div
      class="dag"
      data-part={part.value}
      data-boxes={scene.value.boxes.length}
      data-root-causes={count(fault, isRootCause)}
      data-consequences={count(fault, isConsequence)}
      data-critical={count(critical.value.box, 1)}
      onKeyDown={heed}
    >
      <Tools />
      {part.value !== 'table' && <DagCanvas />}
      {part.value !== 'picture' && <TaskTable />}
    </div>
  )
}

function count(list: Uint8Array, what: number): number {
  return list.reduce((sum, one) => sum + (one === what ? 1 : 0), 0)
}

function Tools(): ComponentChildren {
  const group = groupOfSelected.value
  const { groups } = model.value
  const isPicture = part.value !== 'table'
  return (
    <div class="dag-tools" role="toolbar" aria-label="Dag">
      <div class="dag-parts" role="group" aria-label="Show">
        {parts
          .filter((name) => name !== 'both' || !isNarrow.value)
          .map((name) => (
            <button
              type="button"
              key={name}
              aria-pressed={part.value === name}
              onClick={() => {
                chosenPart.value = name
              }}
            >
              {partNames[name]}
            </button>
          ))}
      </div>
      {isPicture && (
        <>
          <button type="button" title="Fit the whole dag  f" onClick={fit}>
            Fit
          </button>
          <button type="button" title="Original size  0" onClick={originalSize}>
            {Math.round(camera.value.zoom * 100)} %
          </button>
          <button
            type="button"
            title="Only what the selected task needs, and what needs it  t"
            aria-pressed={isTracing.value}
            disabled={selectedBox.value === undefined}
            onClick={trace}
          >
            Trace
          </button>
          {group !== undefined && (
            <button
              type="button"
              title="Draw the tasks of this group as one box  g"
              onClick={() => toggleGroup(group.key)}
            >
              {unfolded.value.has(group.key) ? 'Fold' : 'Unfold'} {group.label}
            </button>
          )}
          {groups.length > 0 && (
            <button type="button" onClick={toggleAllGroups}>
              {groups.every(({ key }) => unfolded.value.has(key)) ? 'Fold all' : 'Unfold all'}
            </button>
          )}
        </>
      )}
    </div>
  )
}

const groupOfSelected = computed(() => {
  const task = selectedTask.value
  const place = task === undefined ? undefined : history.value.placeOf(task)
  return place === undefined ? undefined : model.value.groupOf.get(place)
})

function originalSize(): void {
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

function trace(): void {
  isTracing.value = !isTracing.value
}

function heed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (!act(event.key)) return
  event.preventDefault()
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
