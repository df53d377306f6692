import type { ComponentChildren } from 'preact'
import type { TaskStatus } from '../../../events/task-view.ts'
import {
  link,
  log,
  moment,
  pinnedSeq,
  runId,
  runs,
  search,
  select,
  selectedTask,
  statusFilter,
} from '../state/shown.ts'
import { showHelp } from './dialogs.tsx'
import { savePage } from './save-page.ts'
import { Dot, Status, statuses } from './status.tsx'
import { changeTheme, theme } from './theme.ts'

export function Header(): ComponentChildren {
  const { name, status, seq } = moment.value
  return (
    <header class="header">
      <div class="title">
        <RunPicker name={name} />
        {seq > 0 && <Status status={status} />}
        <LinkState />
      </div>
      <StatusFilter />
      <div class="tools">
        <input
          id="search"
          type="search"
          placeholder="Search tasks  /"
          aria-label="Search tasks"
          autocomplete="off"
          spellcheck={false}
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value
          }}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Escape') {
              search.value = ''
              currentTarget.blur()
            }
          }}
        />
        <button type="button" onClick={savePage} title="Save this run as one HTML file">
          Save
        </button>
        <button type="button" onClick={changeTheme} title="Light or dark">
          {theme.value === 'dark' ? 'Light' : 'Dark'}
        </button>
        <button type="button" onClick={showHelp} title="Keys" aria-label="Keys">
          ?
        </button>
      </div>
    </header>
  )
}

function RunPicker({ name }: { readonly name: string }): ComponentChildren {
  // An address may name a run that is not there: then another one can be chosen.
  if (runs.value.length < 2 && log.value.fault === undefined)
    return <h1 title={runId.value}>{name === '' ? 'dagmar' : name}</h1>
  return (
    <select
      class="runs"
      aria-label="Run"
      value={runId.value}
      onChange={({ currentTarget }) => {
        runId.value = currentTarget.value
        pinnedSeq.value = undefined
        select(undefined)
      }}
    >
      {runs.value.map((run) => (
        <option key={run.runId} value={run.runId}>
          {`${run.name} · ${run.status} · ${run.runId.slice(0, 13)}`}
        </option>
      ))}
    </select>
  )
}

const linkWords = {
  loading: 'loading',
  live: 'live',
  reconnecting: 'reconnecting',
  restarted: 'from before a restart',
  saved: 'saved run',
  refused: 'not connected',
}

function LinkState(): ComponentChildren {
  const { state } = link.value
  return (
    <span class="link" data-link={state}>
      {linkWords[state]}
    </span>
  )
}

/** How many tasks are in each status; each is a button that shows those alone. */
function StatusFilter(): ComponentChildren {
  const { counts } = moment.value
  const filter = statusFilter.value
  return (
    <div class="counts" role="group" aria-label="Show tasks by status">
      {statuses
        .filter((status) => counts[status] > 0 || filter.has(status))
        .map((status) => (
          <button
            type="button"
            key={status}
            aria-pressed={filter.has(status)}
            data-status={status}
            onClick={() => toggle(status)}
          >
            <Dot status={status} />
            <b>{counts[status].toLocaleString('en')}</b> {status}
          </button>
        ))}
    </div>
  )
}

function toggle(status: TaskStatus): void {
  const next = new Set(statusFilter.value)
  if (!next.delete(status)) next.add(status)
  statusFilter.value = next
  if (selectedTask.value !== undefined && next.size > 0) {
    const selected = moment.value.tasks.get(selectedTask.value)
    if (selected !== undefined && !next.has(selected.status)) select(undefined)
  }
}
