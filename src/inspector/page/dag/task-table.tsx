import type { ComponentChildren } from 'preact'
import type { TaskView } from '../../../events/task-view.ts'
import { showMs } from '../../../time/show-ms.ts'
import { bringIntoView, placeAfter, useWindow } from '../list/window.ts'
import { Dot } from '../shell/status.tsx'
import { instant, isShown, moment, select, selectedTask } from '../state/shown.ts'
import { lastedMs } from './box-words.ts'
import { openTask } from './dag-canvas.tsx'
import { looks, model } from './dag-state.ts'
import { noteOf } from './note.ts'
import { useEffect } from '../state/signals.ts'

/** The height of a row, in pixels: the style sheet has the same. */
export const rowHeight = 24

/** By what `Looks` calls them. */
const faults = [undefined, 'root-cause', 'consequence']

/** The tasks that search and filter leave, as a table: the same selection as in the picture. */
export function TaskTable(): ComponentChildren {
  const all = [...moment.value.tasks.values()].filter(({ id, status }) => isShown(id, status))
  const selected = selectedTask.value
  const { frame, height, first, last, onScroll } = useWindow(all.length, rowHeight)
  useEffect(() => {
    const place = all.findIndex(({ id }) => id === selected)
    // The head of the table covers one row.
    if (place !== -1)
      bringIntoView(frame.current!, place * rowHeight, rowHeight, { above: 0, below: rowHeight })
  }, [selected])
  const heed = (event: KeyboardEvent): void => {
    const place = all.findIndex(({ id }) => id === selected)
    const next = placeAfter(event, place, all.length, Math.max(1, Math.floor(height / rowHeight) - 2))
    if (next !== undefined) select(all[next]!.id)
    else if (event.key === 'Enter' && place !== -1) openTask()
    else return
    event.preventDefault()
  }
  return (
    <div class="dag-table" ref={frame} onScroll={onScroll}>
      <table
        role="grid"
        tabIndex={0}
        aria-label="Tasks"
        aria-rowcount={all.length + 1}
        aria-activedescendant={selected === undefined ? undefined : 'selected-row'}
        data-rows={all.length}
        onKeyDown={heed}
      >
        <thead>
          <tr>
            <th class="col-task">task</th>
            <th class="col-status">
              <span class="word">status</span>
            </th>
            <th class="col-attempt">#</th>
            <th class="col-duration">duration</th>
            <th>why</th>
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {all.slice(first, last).map((task, place) => (
            <Row key={task.id} task={task} place={first + place} />
          ))}
          <Gap rows={all.length - last} />
        </tbody>
      </table>
      {all.length === 0 && <p class="empty">No task fits the search and the filter.</p>}
    </div>
  )
}

interface RowProps {
  readonly task: TaskView
  readonly place: number
}

function Row({ task, place }: RowProps): ComponentChildren {
  const { id, status, attempt } = task
  const isSelected = id === selectedTask.value
  const lasted = lastedMs(task, instant.value)
  return (
    <tr
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      id={isSelected ? 'selected-row' : undefined}
      data-task={id}
      data-status={status}
      data-fault={faults[looks.value.taskFault[model.value.places.get(id)!]!]}
      onClick={() => select(id)}
      onDblClick={openTask}
    >
      <td class="col-task mono" title={id}>
        {id}
      </td>
      <td class="col-status">
        <span class="status">
          <Dot status={status} />
          <span class="word">{status}</span>
        </span>
      </td>
      <td class="col-attempt">{attempt || ''}</td>
      <td class="col-duration">{lasted === undefined ? '' : showMs(lasted)}</td>
      <td class="col-note">{noteOf(moment.value, task)}</td>
    </tr>
  )
}

/** Room for rows that are not in the page. */
export function Gap({ rows }: { readonly rows: number }): ComponentChildren {
  return rows <= 0 ? null : <tr aria-hidden="true" style={{ height: `${rows * rowHeight}px` }} />
}
