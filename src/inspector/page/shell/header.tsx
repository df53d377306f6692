import type { ComponentChildren } from 'preact'
import { isRegistered } from '../agents/agents-state.ts'
import {
  history,
  isListing,
  isOfNoRun,
  link,
  log,
  moment,
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
  const { status, seq } = moment.value
  return (
    <header class="header">
      <div class="title">
        {isListing.value ? <h1>Runs</h1> : <Title />}
        {isListing.value && isRegistered.value && <a href="#/agents?run=">Agents</a>}
        {seq > 0 && !isListing.value && <Status status={status} />}
        <LinkState />
      </div>
      <StatusFilter />
      <div class="tools">
        <input
          id="search"
          type="search"
          placeholder="Search  /"
          aria-label="Search"
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
        <button
          type="button"
          onClick={savePage}
          disabled={isListing.value || isOfNoRun.value}
          title="Save this run as one HTML file"
        >
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

/** The name of the run, and a way to the list where there are others. */
function Title(): ComponentChildren {
  const { name } = moment.value
  // An address may name a run that is not there: then another one can be chosen.
  const hasOthers = runs.value.length > 1 || log.value.fault !== undefined
  return (
    <>
      {hasOthers && (
        <a class="runs" href="#/runs">
          All runs
        </a>
      )}
      <h1 title={runId.value}>{isOfNoRun.value ? 'Agents' : name === '' ? 'dagmar' : name}</h1>
    </>
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
  const isCut = state === 'saved' && history.value.latest().settledAt === undefined
  return (
    <span class="link" data-link={state}>
      {isCut ? 'saved before its end' : linkWords[state]}
    </span>
  )
}

type Counts = Readonly<Partial<Record<string, number>>>

function countRuns(): Counts {
  const counts: Partial<Record<string, number>> = {}
  for (const { status } of runs.value) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** How many tasks, or runs, are in each status; each is a button that shows those alone. */
function StatusFilter(): ComponentChildren {
  const counts = isListing.value ? countRuns() : (moment.value.counts as Counts)
  const filter = statusFilter.value
  return (
    <div class="counts" role="group" aria-label="Show tasks by status">
      {[...statuses, 'paused', 'draining', 'killing']
        .filter((status) => counts[status] || filter.has(status))
        .map((status) => (
          <button
            type="button"
            key={status}
            aria-pressed={filter.has(status)}
            data-status={status}
            onClick={() => toggle(status)}
          >
            <Dot status={status} />
            <b>{(counts[status] ?? 0).toLocaleString('en')}</b> {status}
          </button>
        ))}
    </div>
  )
}

function toggle(status: string): void {
  const next = new Set(statusFilter.value)
  if (!next.delete(status)) next.add(status)
  statusFilter.value = next
  if (selectedTask.value !== undefined && next.size > 0) {
    const selected = moment.value.tasks.get(selectedTask.value)
    if (selected !== undefined && !next.has(selected.status)) select(undefined)
  }
}
