import type { ComponentChildren } from 'preact'
import { inWords } from '../../../events/fact-in-words.ts'
import type { RunFact } from '../../../events/facts.ts'
import { history, moment, pin, pinnedSeq } from '../state/shown.ts'
import { Few } from './few.tsx'
import { sinceStart } from './since-start.ts'

/** What happened to a task, or to the run, in sentences; each leads to its instant. */
export function Story({ facts }: { readonly facts: readonly RunFact[] }): ComponentChildren {
  const { from } = history.value
  const { seq } = moment.value
  const told = facts.filter((fact) => fact.seq <= seq)
  return (
    <ol class="story">
      <Few of={told} most={40} isFromEnd others="earlier" within={(button) => <li>{button}</li>}>
        {(fact) => {
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
        }}
      </Few>
    </ol>
  )
}
