import { withNoun } from '../../../text/with-noun.ts'
import { computed, signal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import type { ActorName } from '../../protocol.ts'
import { JsonTree } from '../task/json-tree.tsx'
import { sinceStart } from '../task/since-start.ts'
import { FilterBar, newFilter, taskIn, wordsIn } from '../list/filter-bar.tsx'
import { VirtualList } from '../list/virtual-list.tsx'
import {
  history,
  isFollowing,
  link,
  log,
  pin,
  pinnedSeq,
  select,
  selectedActor,
  told,
  view,
} from '../state/shown.ts'
import { wordsOf } from '../statechart/actor-tree.ts'
import { watched } from '../statechart/looking.ts'
import { steps } from '../statechart/shown-actor.ts'
import { coveredBy, type EventRow, eventRows, isIgnored } from './event-rows.ts'
import { LaneArrow, LaneEnd, LaneHead } from './lanes.tsx'

const rowHeight = 22

const filter = newFilter()
/** The row that was chosen, which may be one of several at the same fact. */
const chosen = signal<EventRow | undefined>(undefined)

const all = computed((): readonly EventRow[] => {
  void told.value
  const asked = watched.value.filter((one) => one.log === log.value)
  return eventRows(steps.value.steps, log.value.events, coveredBy(log.value.events, asked))
})

const shown = computed((): readonly EventRow[] => {
  const words = wordsIn(filter)
  const task = taskIn(filter)
  if (words.length === 0 && task === undefined) return all.value
  const names = new Set<ActorName>(task === undefined ? [] : [`task/${task}`])
  for (const { actor, taskId } of log.value.actors.values()) if (taskId === task) names.add(actor)
  return all.value.filter((row) => {
    if (task !== undefined && !names.has(row.source) && !names.has(row.target)) return false
    if (words.length === 0) return true
    const { event } = row.entry ?? {}
    const said = `${row.type} ${nameOf(row.source)} ${nameOf(row.target)} ${event === undefined ? '' : JSON.stringify(event)}`
    return words.every((word) => said.toLowerCase().includes(word))
  })
})

export function EventsView(): ComponentChildren {
  void told.value
  const rows = shown.value
  const pinned = pinnedSeq.value
  const selected = selectedPlace(rows, pinned)
  const row = rows[selected]
  const { from } = history.value
  return (
    <div class="events" data-has-detail={row === undefined ? undefined : ''}>
      <FilterBar what="events" filter={filter} status={`${withNoun(rows.length, 'event')} · ${origin()}`}>
        <LaneHead />
      </FilterBar>
      <LaneEnd />
      <VirtualList
        label="Events"
        count={rows.length}
        rowHeight={rowHeight}
        selected={selected}
        followsEnd={isFollowing.value}
        onSelect={(place) => {
          chosen.value = rows[place]
          pin(rows[place]!.seq)
        }}
        row={(place) => <Line row={rows[place]!} from={from} pinned={pinned} />}
      />
      {rows.length === 0 && <p class="empty facts-empty">No event fits.</p>}
      {row !== undefined && <Detail row={row} />}
    </div>
  )
}

/** Where the events are from. */
function origin(): string {
  return link.value.state === 'live'
    ? 'as actors get them while this is open; earlier ones, in italics, are read from facts'
    : 'those in italics are read from facts'
}

/** The chosen row; without one the last that there was at the instant that is looked at. */
function selectedPlace(rows: readonly EventRow[], pinned: number | undefined): number {
  if (pinned === undefined) return -1
  const row = chosen.value
  const place = row === undefined || row.seq !== pinned ? -1 : rows.indexOf(row)
  return place === -1 ? rows.findLastIndex(({ seq }) => seq <= pinned) : place
}

function Line({
  row,
  from,
  pinned,
}: {
  readonly row: EventRow
  readonly from: number
  readonly pinned: number | undefined
}): ComponentChildren {
  const { at, seq, source, target, type, entry } = row
  const ignored = isIgnored(row, log.value, steps.value)
  return (
    <div
      class="event"
      data-type={type}
      data-target={target}
      data-ignored={ignored ? '' : undefined}
      data-from-facts={entry === undefined ? '' : undefined}
      data-later={pinned !== undefined && seq > pinned ? '' : undefined}
    >
      <span class="fact-at">{sinceStart(at - from)}</span>
      <LaneArrow source={source} target={target} />
      <span class="event-type mono">{type.replace(/^xstate\./, '')}</span>
      <span class="event-way">
        <span class="soft event-from">
          <bdi>{nameOf(source)}</bdi> →{' '}
        </span>
        <bdi>{nameOf(target)}</bdi>
      </span>
      <span class="event-fields mono soft">{ignored ? 'ignored' : fieldsOf(row)}</span>
    </div>
  )
}

function Detail({ row }: { readonly row: EventRow }): ComponentChildren {
  const { source, target, type, entry, seq } = row
  return (
    <section class="event-detail" aria-label="The event" tabIndex={0}>
      <div class="event-head">
        <b class="mono">{type}</b>
        <span>
          from <ActorLink actor={source} /> to <ActorLink actor={target} />
        </span>
        <span class="soft">
          {entry === undefined ? `read from fact ${seq}` : `after fact ${seq}`}
          {isIgnored(row, log.value, steps.value) && ' · ignored: it changed nothing'}
        </span>
      </div>
      {entry !== undefined && <JsonTree value={entry.event} />}
    </section>
  )
}

/** The name of an actor, which leads to its statechart. */
function ActorLink({ actor }: { readonly actor: ActorName }): ComponentChildren {
  if (actor === 'outside' || actor.startsWith('executor/')) return <>{actor}</>
  return (
    <button
      type="button"
      class="plain link-to"
      title="Show its statechart"
      onClick={() => {
        if (actor.startsWith('task/')) select(actor.slice('task/'.length))
        else selectedActor.value = actor
        view.value = 'statechart'
      }}
    >
      {nameOf(actor)}
    </button>
  )
}

function nameOf(actor: ActorName): string {
  return wordsOf(actor, log.value.actors.get(actor))
}

/** What was sent beside the type, in short. */
function fieldsOf({ entry }: EventRow): string {
  if (entry === undefined) return ''
  const { type: _type, at: _at, ...fields } = entry.event
  const names = Object.keys(fields)
  if (names.length === 0) return ''
  const text = JSON.stringify(fields)
  return text.length > 160 ? `${text.slice(0, 159)}…` : text
}
