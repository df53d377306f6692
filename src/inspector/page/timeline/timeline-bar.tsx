import { longestChain } from '../state/longest-chain.ts'
import type { ComponentChildren } from 'preact'
import { withNoun } from '../../../text/with-noun.ts'
import { showMs } from '../../../time/show-ms.ts'
import { moment } from '../state/shown.ts'
import {
  chosenWindow,
  isOfAgents,
  order,
  rows,
  showsAll,
  showsChain,
  shownWindow,
  zoomBy,
} from './timeline-state.ts'

/** What the timeline shows, and how closely. */
export function TimelineBar(): ComponentChildren {
  const { from, to } = shownWindow()
  return (
    <div class="view-bar" role="toolbar" aria-label="Timeline">
      {isOfAgents.value ? <b>What each did</b> : <RowTools />}
      <span class="spring" />
      <span class="soft wide">{showMs(to - from)}</span>
      <button type="button" aria-label="Show less time" title="Zoom in  +" onClick={() => zoomBy(0.5)}>
        +
      </button>
      <button type="button" aria-label="Show more time" title="Zoom out  −" onClick={() => zoomBy(2)}>
        −
      </button>
      <button
        type="button"
        title="Show all of the run  f"
        disabled={chosenWindow.value === undefined}
        onClick={() => {
          chosenWindow.value = undefined
        }}
      >
        Fit
      </button>
    </div>
  )
}

/** Which rows there are, and how they look. */
function RowTools(): ComponentChildren {
  const all = moment.value.structure.length
  return (
    <>
      <select
        aria-label="Order of the rows"
        value={order.value}
        onChange={({ currentTarget }) => {
          order.value = currentTarget.value === 'dag' ? 'dag' : 'start'
        }}
      >
        <option value="start">In order of start</option>
        <option value="dag">In order of the dag</option>
      </select>
      <button
        type="button"
        aria-pressed={showsChain.value}
        onClick={() => {
          showsChain.value = !showsChain.value
        }}
      >
        Critical path
      </button>
      <button
        type="button"
        class="wide"
        aria-pressed={showsAll.value}
        title="All rows at once, without their names"
        onClick={() => {
          showsAll.value = !showsAll.value
        }}
      >
        Overview
      </button>
      <span class="soft">
        {showsChain.value
          ? chainInWords()
          : rows.value.length < all
            ? `${rows.value.length} of ${all} tasks`
            : ''}
      </span>
    </>
  )
}

function chainInWords(): string {
  const { ids, length } = longestChain.value
  return ids.length === 0 ? 'nothing has ended yet' : `${withNoun(ids.length, 'task')}, ${showMs(length)}`
}
