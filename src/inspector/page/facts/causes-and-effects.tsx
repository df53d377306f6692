import type { ComponentChildren } from 'preact'
import { sinceStart } from '../list/since-start.ts'
import { history, pin } from '../state/shown.ts'
import type { FactIndex } from './fact-index.ts'
import { FactWords } from './fact-line.tsx'

/** How many causes and how many effects of one fact are shown. */
const mostCauses = 30
const mostEffects = 30

/** What led to a fact, from the first cause on, and what came of it at once. */
export function CausesAndEffects({
  index,
  seq,
}: {
  readonly index: FactIndex
  readonly seq: number
}): ComponentChildren {
  const causes = index.causesOf(seq)
  const effects = index.effectsOf(seq)
  const left = Math.max(0, causes.length - mostCauses)
  return (
    <>
      <h2>{causes.length === 0 ? 'Nothing caused it' : 'What led to it'}</h2>
      <ol class="causes">
        {left > 0 && <li class="quiet">… {left} earlier causes</li>}
        {causes.slice(left).map((cause) => (
          <Line key={cause} index={index} seq={cause} />
        ))}
        <Line index={index} seq={seq} isSelected />
      </ol>
      <h2>{effects.length === 0 ? 'Nothing came of it' : 'What came of it'}</h2>
      <ol class="effects">
        {effects.slice(0, mostEffects).map((effect) => (
          <Line key={effect} index={index} seq={effect} more={index.effectsOf(effect).length} />
        ))}
        {effects.length > mostEffects && <li class="quiet">… {effects.length - mostEffects} more</li>}
      </ol>
    </>
  )
}

function Line({
  index,
  seq,
  isSelected = false,
  more = 0,
}: {
  readonly index: FactIndex
  readonly seq: number
  readonly isSelected?: boolean
  readonly more?: number
}): ComponentChildren {
  const fact = index.facts[seq - 1]
  if (fact === undefined) return null
  return (
    <li>
      <button
        type="button"
        class="plain fact"
        data-seq={seq}
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => pin(seq)}
      >
        <span class="fact-seq">{seq}</span>
        <span class="fact-at">{sinceStart(fact.at - history.value.from)}</span>
        <FactWords fact={fact} />
        {more > 0 && <span class="quiet"> → {more}</span>}
      </button>
    </li>
  )
}
