import type { ComponentChildren } from 'preact'
import { heedKeys } from '../shell/heed-keys.ts'
import { moment } from '../state/shown.ts'
import { DagCanvas } from './dag-canvas.tsx'
import { dagKeys } from './dag-keys.ts'
import { part } from './dag-part.ts'
import { critical, looks, scene, selectedBox } from './dag-state.ts'
import { Tools } from './dag-tools.tsx'
import { isConsequence, isRootCause } from './looks.ts'
import { TaskTable } from './task-table.tsx'
import { useEffect } from '../state/signals.ts'

export function DagView(): ComponentChildren {
  useEffect(() => heedKeys(dagKeys), [])
  if (moment.value.structure.length === 0) return <p class="empty">The run has no tasks.</p>
  const { fault } = looks.value
  return (
    <div
      class="dag"
      data-part={part.value}
      data-boxes={scene.value.boxes.length}
      data-root-causes={count(fault, isRootCause)}
      data-consequences={count(fault, isConsequence)}
      data-critical={count(critical.value.box, 1)}
    >
      <Tools />
      {part.value !== 'table' && <DagCanvas />}
      {part.value !== 'picture' && <TaskTable />}
      <Spoken />
    </div>
  )
}

function count(list: Uint8Array, what: number): number {
  return list.reduce((sum, one) => sum + (one === what ? 1 : 0), 0)
}

/** What the arrows have led to, for those who do not see it. */
function Spoken(): ComponentChildren {
  const box = selectedBox.value
  if (box === undefined) return <output class="visually-hidden" />
  const { label, group } = scene.value.boxes[box]!
  const words =
    group === undefined
      ? looks.value.status[box]
      : (looks.value.counts.get(box) ?? []).map(([status, count]) => `${count} ${status}`).join(', ')
  return (
    <output class="visually-hidden">
      {label}: {words}
    </output>
  )
}
