import { computed } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { JsonTree } from '../task/json-tree.tsx'
import {
  goesOn,
  history,
  isFollowing,
  isShown,
  log,
  mayAct,
  moment,
  select,
  selectedActor,
  told,
} from '../state/shown.ts'
import type { StateModel } from '../../protocol.ts'
import { actorTree, wordsOf } from './actor-tree.ts'
import { eventWords } from './chart.ts'
import { ChartPane } from './chart-pane.tsx'
import { SendEvent } from './send-event.tsx'
import { type ActorLook, actorLook, shownActor, shownSeq } from './shown-actor.ts'
import { TransitionTable } from './transition-table.tsx'

/** More tasks than this are no help in a list: the search narrows them down. */
const mostTasks = 300

const listed = computed(() => {
  void told.value
  const tasks = moment.value.structure.filter(({ id }, place) => isShown(id, moment.value.statuses[place]!))
  return actorTree(
    log.value.actors,
    tasks.slice(0, mostTasks).map(({ id }) => id),
  )
})

export function StatechartView(): ComponentChildren {
  const look = actorLook.value
  const { machine, context, note, accepts } = look
  return (
    <div class="statechart">
      <div class="bar" role="toolbar" aria-label="Actor">
        <ActorPicker />
        <Standing look={look} />
      </div>
      {note !== undefined && <p class="chart-note">{note}</p>}
      {machine === undefined ? <NoMachine look={look} /> : <ChartPane look={look} root={machine.root} />}
      <div class="chart-below">
        <section class="chart-context" aria-label="What it knows">
          {mayAct.value && isFollowing.value && accepts.length > 0 && (
            <SendEvent look={look} key={look.actor} />
          )}
          {accepts.length > 0 && (
            <p class="chart-accepts">
              <span class="soft">may be sent</span> <span class="mono">{accepts.join('  ')}</span>
            </p>
          )}
          {context === undefined ? (
            <p class="empty">Nothing is known of its context at this instant.</p>
          ) : (
            <>
              <h2 class="chart-head">{context.name}</h2>
              <JsonTree value={context.value} before={context.before} />
            </>
          )}
        </section>
        {machine !== undefined && <TransitionTable root={machine.root} look={look} />}
      </div>
    </div>
  )
}

function ActorPicker(): ComponentChildren {
  const shown = shownActor.value
  const all = listed.value
  const isListed = all.some(({ actor }) => actor === shown)
  return (
    <select
      class="actor-picker"
      aria-label="Actor"
      value={shown}
      onChange={({ currentTarget }) => {
        const actor = currentTarget.value
        if (actor.startsWith('task/')) select(actor.slice('task/'.length))
        else selectedActor.value = actor
      }}
    >
      {!isListed && <option value={shown}>{wordsOf(shown, log.value.actors.get(shown))}</option>}
      {all.map(({ actor, depth, words }) => (
        <option key={actor} value={actor}>
          {`${'\u2003'.repeat(depth)}${words}`}
        </option>
      ))}
    </select>
  )
}

/** In which state the actor is, and how it got there, in a line. */
function Standing({ look }: { readonly look: ActorLook }): ComponentChildren {
  const { machine, active, event, isIgnored, taken, isFromFacts } = look
  const keys = machine === undefined ? active : leavesOf(machine.root, new Set(active))
  const source = taken[0]?.source
  const seq = shownSeq.value
  // What a live actor has done since the last fact has no place among the facts.
  const at = goesOn.value ? undefined : history.value.facts[seq - 1]?.at
  return (
    <p class="standing" role="status">
      {keys.length > 0 && <b>{keys.join(', ')}</b>}
      {event !== undefined && (
        <span>
          {' '}
          {isIgnored ? 'ignored' : 'by'} <span class="mono">{eventWords({ event })}</span>
          {!isIgnored &&
            source !== undefined &&
            !active.includes(source) &&
            ` from ${source.split('.').at(-1)}`}
        </span>
      )}
      <span class="soft">
        {at !== undefined && ` · ${showMs(at - history.value.from)}`}
        {isFromFacts ? ' · read from facts' : ' · as the actor is'}
      </span>
    </p>
  )
}

/** The innermost of the states, by their keys from the outside in: `reading.deep`. */
function leavesOf({ states, id, key }: StateModel, active: ReadonlySet<string>): readonly string[] {
  const inner = states.flatMap((child) => leavesOf(child, active))
  return inner.length === 0 ? (active.has(id) ? [key] : []) : inner
}

function NoMachine({ look }: { readonly look: ActorLook }): ComponentChildren {
  const entry = log.value.actors.get(look.actor)
  return (
    <p class="empty">
      {entry === undefined
        ? 'No statechart of it is known.'
        : `This actor is a ${entry.logic}: it has no states to draw.`}
    </p>
  )
}
