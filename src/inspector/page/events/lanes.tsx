import type { ComponentChildren } from 'preact'
import type { ActorName } from '../../protocol.ts'

/** Kinds of actors, each with a lane of its own. */
const lanes = ['outside', 'runtime', 'dag', 'task', 'executor', 'own'] as const
type Lane = (typeof lanes)[number]

function laneOf(actor: ActorName): Lane {
  if (actor === 'runtime' || actor === 'dag') return actor
  if (actor.startsWith('task/')) return 'task'
  if (actor.startsWith('executor/')) return 'executor'
  return actor.startsWith('actor/') ? 'own' : 'outside'
}

/** The names of the lanes, above them. */
export function LaneHead(): ComponentChildren {
  return (
    <div class="lane-head" aria-hidden="true">
      {lanes.map((lane) => (
        <span key={lane}>{lane}</span>
      ))}
    </div>
  )
}

/** The way of an event from lane to lane. */
export function LaneArrow({
  source,
  target,
}: {
  readonly source: ActorName
  readonly target: ActorName
}): ComponentChildren {
  const from = middleOf(laneOf(source))
  const to = middleOf(laneOf(target))
  return (
    <svg class="lanes" aria-hidden="true">
      {lanes.map((lane) => (
        <line key={lane} class="lane" x1={middleOf(lane)} x2={middleOf(lane)} y1="0" y2="100%" />
      ))}
      {from === to ? (
        <circle class="lane-self" cx={to} cy="11" r="3.5" />
      ) : (
        <>
          <line class="lane-way" x1={from} x2={to} y1="11" y2="11" marker-end="url(#lane-end)" />
          <circle class="lane-from" cx={from} cy="11" r="2" />
        </>
      )}
    </svg>
  )
}

/** The end of all arrows, once in the page. */
export function LaneEnd(): ComponentChildren {
  return (
    <svg width="0" height="0" class="lane-end" aria-hidden="true">
      <marker
        id="lane-end"
        viewBox="0 0 8 8"
        refX="7"
        refY="4"
        markerWidth="7"
        markerHeight="7"
        orient="auto"
      >
        <path d="M0,0.5L8,4L0,7.5z" />
      </marker>
    </svg>
  )
}

function middleOf(lane: Lane): string {
  return `${((lanes.indexOf(lane) + 0.5) * 100) / lanes.length}%`
}
