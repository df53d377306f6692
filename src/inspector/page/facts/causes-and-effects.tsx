import type { ComponentChildren } from 'preact'
import { pin } from '../state/shown.ts'
import type { FactIndex } from './fact-index.ts'
import { FactWords } from './fact-line.tsx'

/** How many causes and how many effects of one fact are shown, and of each effect how many of its own. */
const mostShown = 40
const mostFurther = 3

interface Of {
  readonly index: FactIndex
  readonly seq: number
}

/** What led to a fact, from the nearest cause to the first one. */
export function Causes({ index, seq }: Of): ComponentChildren {
  const causes = index.causesOf(seq)
  return (
    <>
      <h2>{causes.length === 0 ? 'Nothing led to it' : 'What led to it, the latest first'}</h2>
      <ol>
        {causes.slice(0, mostShown).map((cause) => (
          <Line key={cause} index={index} seq={cause} />
        ))}
        <More count={causes.length} />
      </ol>
    </>
  )
}

/** What came of a fact at once, and how much each of that led to in turn. */
export function Effects({ index, seq }: Of): ComponentChildren {
  const effects = index.effectsOf(seq)
  return (
    <>
      <h2>{effects.length === 0 ? 'Nothing came of it' : 'What came of it'}</h2>
      <ol>
        {effects.slice(0, mostShown).map((effect) => (
          <Line key={effect} index={index} seq={effect} isWithEffects />
        ))}
        <More count={effects.length} />
      </ol>
    </>
  )
}

function More({
  count,
  most = mostShown,
}: {
  readonly count: number
  readonly most?: number
}): ComponentChildren {
  return count > most ? <li class="soft">… {count - most} more</li> : null
}

function Line({
  index,
  seq,
  isWithEffects = false,
}: Of & { readonly isWithEffects?: boolean }): ComponentChildren {
  const fact = index.facts[seq - 1]
  if (fact === undefined) return null
  const further = isWithEffects ? index.effectsOf(seq) : []
  return (
    <li>
      <button type="button" class="plain fact" data-seq={seq} onClick={() => pin(seq)}>
        <span class="fact-seq">{seq}</span>
        <FactWords fact={fact} />
      </button>
      {further.length > 0 && (
        <ol class="fact-further">
          {further.slice(0, mostFurther).map((effect) => (
            <Line key={effect} index={index} seq={effect} />
          ))}
          <More count={further.length} most={mostFurther} />
        </ol>
      )}
    </li>
  )
}
