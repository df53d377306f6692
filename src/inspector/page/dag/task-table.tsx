import { computed, signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { TaskView } from '../../../events/task-view.ts'
import { showMs } from '../../../time/duration.ts'
import { Dot } from '../shell/status.tsx'
import { history, instant, isShown, moment, select, selectedTask } from '../state/shown.ts'
import { lastedMs } from './box-words.ts'
import { openTask } from './dag-canvas.tsx'
import { looks } from './dag-state.ts'
import { noteOf, type Sort, sorted, sorts } from './table-rows.ts'

/** The height of a row, in pixels: the style sheet has the same. */
const rowHeight = 24
/** Rows above and below what is seen, so that scrolling shows no gaps. */
const spare = 8

/** By what `Looks` calls them. */
const faults = [undefined, 'root-cause', 'consequence']

const sort = signal<Sort | undefined>(undefined)
const scrolled = signal(0)
const shownHeight = signal(0)

/** The tasks that search and filter leave. */
export const rows = computed(() => {
  const { tasks } = moment.value
  const shown = [...tasks.values()].filter(({ id, status }) => isShown(id, status))
  // Only what is sorted by lengths changes with time alone.
  return sorted(shown, sort.value, sort.value?.by === 'duration' ? instant.value : 0)
})

/** All tasks as a table: the same selection as in the picture, and only as many rows in the page as are seen. */
export function TaskTable(): ComponentChildren {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const shown = frame.current!
    const observer = new ResizeObserver(() => {
      shownHeight.value = shown.clientHeight
    })
    observer.observe(shown)
    return () => observer.disconnect()
  }, [])
  const selected = selectedTask.value
  useEffect(() => {
    const place = rows.peek().findIndex(({ id }) => id === selected)
    if (place !== -1 && frame.current !== null) bringIntoView(frame.current, place)
  }, [selected])
  const all = rows.value
  const first = Math.max(0, Math.min(all.length, Math.floor(scrolled.value / rowHeight)) - spare)
  const last = Math.min(all.length, Math.ceil((scrolled.value + shownHeight.value) / rowHeight) + spare)
  return (
    <div
      class="dag-table"
      ref={frame}
      onScroll={({ currentTarget }) => {
        scrolled.value = currentTarget.scrollTop
      }}
    >
      <table
        role="grid"
        tabIndex={0}
        aria-label="Tasks"
        aria-rowcount={all.length + 1}
        aria-activedescendant={selected === undefined ? undefined : 'selected-row'}
        data-rows={all.length}
        onKeyDown={heed}
      >
        <Head />
        <tbody>
          <Gap rows={first} />
          {all.slice(first, last).map((task, place) => (
            <Row key={task.id} task={task} place={first + place} isSelected={task.id === selected} />
          ))}
          <Gap rows={all.length - last} />
        </tbody>
      </table>
      {all.length === 0 && <p class="empty">No task fits the search and the filter.</p>}
    </div>
  )
}

function Head(): ComponentChildren {
  return (
    <thead>
      <tr>
        {sorts.map((by) => {
          const isSorted = sort.value?.by === by
          return (
            <th
              key={by}
              class={`col-${by}`}
              aria-sort={isSorted ? (sort.value!.isDown ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" class="plain" onClick={() => sortBy(by)}>
                {by === 'attempt' ? '#' : by}
                {isSorted ? (sort.value!.isDown ? ' ↓' : ' ↑') : ''}
              </button>
            </th>
          )
        })}
        <th class="col-note">why</th>
      </tr>
    </thead>
  )
}

/** Up, down, and then as the dag has its tasks; lengths begin with the longest. */
function sortBy(by: Sort['by']): void {
  const startsDown = by === 'duration' || by === 'attempt'
  const now = sort.peek()
  if (now?.by !== by) sort.value = { by, isDown: startsDown }
  else sort.value = now.isDown === startsDown ? { by, isDown: !startsDown } : undefined
}

function Row({
  task,
  place,
  isSelected,
}: {
  readonly task: TaskView
  readonly place: number
  readonly isSelected: boolean
}): ComponentChildren {
  const run = moment.value
  const lasted = lastedMs(task, instant.value)
  return (
    <tr
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      id={isSelected ? 'selected-row' : undefined}
      data-task={task.id}
      data-status={task.status}
      data-fault={faults[looks.value.taskFault[history.value.placeOf(task.id)!]!]}
      onClick={() => select(task.id)}
      onDblClick={openTask}
    >
      <td class="col-task mono" title={task.id}>
        {task.id}
      </td>
      <td class="col-status">
        <span class="status">
          <Dot status={task.status} />
          <span>{task.status}</span>
        </span>
      </td>
      <td class="col-attempt">{task.attempt === 0 ? '' : task.attempt}</td>
      <td class="col-duration">{lasted === undefined ? '' : showMs(lasted)}</td>
      <td class="col-note">{noteOf(run, task)}</td>
    </tr>
  )
}

function Gap({ rows }: { readonly rows: number }): ComponentChildren {
  return rows <= 0 ? null : <tr aria-hidden="true" style={{ height: `${rows * rowHeight}px` }} />
}

function heed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const all = rows.peek()
  const page = Math.max(1, Math.floor(shownHeight.peek() / rowHeight) - 2)
  const place = all.findIndex(({ id }) => id === selectedTask.peek())
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: place + 1,
    ArrowUp: place === -1 ? 0 : place - 1,
    PageDown: place + page,
    PageUp: place - page,
    Home: 0,
    End: all.length - 1,
  }
  const next = steps[event.key]
  if (event.key === 'Enter' && place !== -1 && !(event.target instanceof HTMLButtonElement)) openTask()
  else if (next !== undefined && all.length > 0) {
    select(all[Math.max(0, Math.min(all.length - 1, next))]!.id)
  } else return
  event.preventDefault()
}

function bringIntoView(frame: HTMLElement, place: number): void {
  const top = place * rowHeight
  // The head of the table covers one row.
  const room = frame.clientHeight - 2 * rowHeight
  const { scrollTop } = frame
  if (top < scrollTop) frame.scrollTop = top
  else if (top > scrollTop + room) frame.scrollTop = top - room
}
