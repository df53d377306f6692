import { withNoun } from '../../../text/with-noun.ts'
import { computed, signal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { JsonTree } from '../task/json-tree.tsx'
import { sinceStart } from '../task/since-start.ts'
import { FilterBar, newFilter, taskIn, wordsIn } from '../list/filter-bar.tsx'
import { VirtualList } from '../list/virtual-list.tsx'
import { countHolding } from '../state/sorted.ts'
import type { History } from '../state/history.ts'
import { history, isFollowing, pin, pinnedSeq, told } from '../state/shown.ts'
import { Causes, Effects } from './causes-and-effects.tsx'
import { FactIndex } from './fact-index.ts'
import { FactWords } from './fact-line.tsx'

const rowHeight = 22

const filter = newFilter()
const type = signal('')

const indexes = new WeakMap<History, FactIndex>()

const index = computed((): FactIndex => {
  void told.value
  const known = indexes.get(history.value) ?? new FactIndex(history.value.facts)
  indexes.set(history.value, known)
  known.readOn()
  return known
})

export function FactsView(): ComponentChildren {
  void told.value
  const { facts } = index.value
  const shown = index.value.fitting({ words: wordsIn(filter), type: type.value, taskId: taskIn(filter) })
  const pinned = pinnedSeq.value
  const selected = pinned === undefined ? -1 : placeIn(shown, pinned)
  const { from } = history.value
  return (
    <div class="facts" data-has-detail={pinned === undefined ? undefined : ''}>
      <FilterBar
        what="facts"
        filter={filter}
        status={
          shown.length === facts.length
            ? withNoun(facts.length, 'fact')
            : `${shown.length} of ${facts.length} facts`
        }
      >
        <TypePicker />
      </FilterBar>
      <VirtualList
        label="Facts"
        count={shown.length}
        rowHeight={rowHeight}
        selected={selected}
        followsEnd={isFollowing.value}
        onSelect={(place) => pin(shown[place]!)}
        row={(place) => {
          const fact = facts[shown[place]! - 1]!
          return (
            <div
              class="fact"
              data-seq={fact.seq}
              data-later={pinned !== undefined && fact.seq > pinned ? '' : undefined}
            >
              <span class="fact-seq">{fact.seq}</span>
              <span class="fact-at">{sinceStart(fact.at - from)}</span>
              <FactWords fact={fact} />
              <span class="fact-type mono">{fact.type}</span>
            </div>
          )
        }}
      />
      {shown.length === 0 && <p class="empty facts-empty">No fact fits.</p>}
      {pinned !== undefined && facts[pinned - 1] !== undefined && (
        <div class="fact-detail">
          <section aria-label="Causes" tabIndex={0}>
            <Causes index={index.value} seq={pinned} />
          </section>
          <section aria-label="Effects" tabIndex={0}>
            <Effects index={index.value} seq={pinned} />
          </section>
          <section class="fact-json" aria-label="The fact as JSON" tabIndex={0}>
            <JsonTree value={facts[pinned - 1]} key={pinned} />
          </section>
        </div>
      )}
    </div>
  )
}

function TypePicker(): ComponentChildren {
  return (
    <select
      aria-label="Type of fact"
      value={type.value}
      onChange={({ currentTarget }) => {
        type.value = currentTarget.value
      }}
    >
      <option value="">all types</option>
      <option value="run.">of the run</option>
      <option value="task.">of tasks</option>
      {[...index.value.types].toSorted().map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  )
}

/** The place of a `seq` among those in order; −1 where it is not there. */
function placeIn(seqs: readonly number[], seq: number): number {
  const place = countHolding(seqs.length, (at) => seqs[at]! < seq)
  return seqs[place] === seq ? place : -1
}
