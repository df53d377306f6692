import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { inWords } from '../../../events/fact-in-words.ts'
import type { RunFact } from '../../../events/facts.ts'
import { history, moment, pin, pinnedSeq } from '../state/shown.ts'
import { sinceStart } from './since-start.ts'

const shownAtFirst = 40

/** What happened to a task, or to the run, in sentences; each leads to its instant. */
export function Story({ facts }: { readonly facts: readonly RunFact[] }): ComponentChildren {
  const [most, setMost] = useState(shownAtFirst)
  const { from } = history.value
  const { seq } = moment.value
  const told = facts.filter((fact) => fact.seq <= seq)
  const shown = told.slice(-most)
  return (
    <ol class="story">
      {shown.length < told.length && (
        <li>
          <button type="button" class="plain soft" onClick={() => setMost(most + 500)}>
            {told.length - shown.length} earlier
          </button>
        </li>
      )}
      {shown.map((fact) => {
        const { what, about } = inWords(fact)
        return (
          <li key={fact.seq} aria-current={fact.seq === pinnedSeq.value ? 'step' : undefined}>
            <button type="button" class="plain" title="Look at this instant" onClick={() => pin(fact.seq)}>
              <span class="story-at">{sinceStart(fact.at - from)}</span>
              <span>
                {what}
                {about !== undefined && <span class="soft said"> {about.slice(0, 300)}</span>}
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
