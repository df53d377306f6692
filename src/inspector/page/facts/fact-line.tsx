import type { ComponentChildren } from 'preact'
import { inWords } from '../../../events/fact-in-words.ts'
import type { RunFact } from '../../../events/facts.ts'
import { Dot } from '../shell/status.tsx'
import { history } from '../state/shown.ts'

/** A fact in words: whose it is, what happened, and what was said about it. */
export function FactWords({ fact }: { readonly fact: RunFact }): ComponentChildren {
  const { what, about } = inWords(fact)
  const status = statusTold(fact)
  return (
    <>
      <span class="fact-dot">{status !== undefined && <Dot status={status} />}</span>
      <span class="fact-whose mono" title={fact.taskId}>
        {fact.taskId ?? 'the run'}
      </span>
      <span class="fact-what">
        {what}
        {about !== undefined && about !== '' && <span class="soft">{`  ${oneLine(about)}`}</span>}
      </span>
    </>
  )
}

function oneLine(text: string): string {
  return (text.length > 300 ? `${text.slice(0, 300)}…` : text).replace(/\s+/g, ' ')
}

/** The status that a fact put its task or its run into; undefined where that stayed as it was. */
function statusTold({ seq, taskId }: RunFact): string | undefined {
  const known = history.value
  const after = (fact: number): string | undefined =>
    taskId === undefined ? known.runAt(fact)?.status : known.taskAt(taskId, fact).status
  const status = after(seq)
  return status === after(seq - 1) ? undefined : status
}
