import { useEffect, useSignal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import type { Explanation } from '../../../events/explanation.ts'
import { refusalsInWords } from '../../../events/refusals-in-words.ts'
import type { TaskStructure } from '../../../graph/plan.ts'
import type { TaskView } from '../../../events/task-view.ts'
import { whyIn } from '../../../events/why-of.ts'
import { askWhy } from '../state/connection.ts'
import { isFollowing, link, moment, runId } from '../state/shown.ts'
import { Few } from './few.tsx'
import { AgentLink, TaskLinks } from './task-link.tsx'

/** How often a live run is asked again, in milliseconds. */
const askEvery = 1_000

interface WhyProps {
  readonly task: TaskView
  readonly structure: TaskStructure
}

/** What a task waits for, in a sentence. A live run knows more than its facts do, and is asked. */
export function Why({ task, structure }: WhyProps): ComponentChildren {
  const { id: taskId, outcome } = task
  const asked = useSignal<{ readonly seq: number; readonly explanation: Explanation } | undefined>(undefined)
  const mayAsk = link.value.state === 'live' && isFollowing.value && outcome === undefined
  useEffect(() => {
    if (!mayAsk) return undefined
    const ask = async (): Promise<void> => {
      const { seq } = moment.peek()
      const explanation = await askWhy(runId.peek() ?? '', taskId).catch(() => undefined)
      asked.value = explanation === undefined ? undefined : { seq, explanation }
    }
    void ask()
    const timer = setInterval(() => void ask(), askEvery)
    return () => clearInterval(timer)
  }, [taskId, mayAsk])
  const own = whyIn(moment.value, structure, task)
  const told = asked.value
  // An answer about another status than the one that is shown has been overtaken.
  const { sentence, waitsFor } = mayAsk && told?.explanation.status === own.status ? told.explanation : own
  const ids = waitsFor.flatMap((one) => ('taskIds' in one ? one.taskIds : 'heldBy' in one ? one.heldBy : []))
  return (
    <div class="why">
      <p class="said">{sentence}</p>
      {ids.length > 0 && <TaskLinks ids={ids} />}
      <Few of={waitsFor.flatMap((one) => (one.kind === 'agent' ? one.considered : []))} most={12}>
        {({ agentId, why }) => (
          <p key={agentId}>
            <AgentLink id={agentId} /> {refusalsInWords[why]}.
          </p>
        )}
      </Few>
    </div>
  )
}
