import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { Dot } from '../shell/status.tsx'
import { history, instant, moment } from '../state/shown.ts'
import type { AttemptBar } from '../timeline/timeline-row.ts'
import { timeline } from '../timeline/timeline-state.ts'
import { FailureBlock } from './failure-block.tsx'
import { Few } from './few.tsx'
import { Section } from './section.tsx'
import { sinceStart } from './since-start.ts'
import { AgentLink, TaskLink } from './task-link.tsx'
import { useSignal } from '../state/signals.ts'

/** The attempts of a task that had begun at the instant that is looked at. */
export function attemptsAt(taskId: string): readonly AttemptBar[] {
  const { seq } = moment.value
  return (
    timeline()
      .row(taskId)
      ?.attempts.filter((attempt) => attempt.seq <= seq) ?? []
  )
}

interface AttemptsOptions {
  readonly attempts: readonly AttemptBar[]
  /** Whether they are all that an agent had, of any tasks. */
  readonly isOfAgent?: boolean
}

/** Each attempt with how long it was queued, how long it ran, and how it ended. */
export function Attempts({ attempts, isOfAgent = false }: AttemptsOptions): ComponentChildren {
  if (attempts.length === 0) return null
  const who = isOfAgent ? 'task' : attempts.some(({ agentId }) => agentId !== undefined) ? 'agent' : undefined
  return (
    <Section title="Attempts" count={attempts.length} isOpen={attempts.length > 1}>
      <table class="attempts">
        <thead>
          <tr>
            <th>#</th>
            {who !== undefined && <th>{who}</th>}
            <th>outcome</th>
            <th>from</th>
            {who === undefined && <th>queued</th>}
            <th>ran</th>
          </tr>
        </thead>
        <tbody>
          <Few of={attempts} most={20} isFromEnd others="earlier" within={inRow}>
            {(attempt) => (
              <AttemptRow
                key={attempt.seq}
                attempt={attempt}
                who={who}
                isLast={isOfAgent || attempt === attempts.at(-1)}
              />
            )}
          </Few>
        </tbody>
      </table>
    </Section>
  )
}

function inRow(button: ComponentChildren): ComponentChildren {
  return (
    <tr>
      <td colSpan={5}>{button}</td>
    </tr>
  )
}

interface AttemptRowOptions {
  readonly attempt: AttemptBar
  /** What is said beside the number. */
  readonly who: 'agent' | 'task' | undefined
  readonly isLast: boolean
}

function AttemptRow({ attempt, who, isLast }: AttemptRowOptions): ComponentChildren {
  const isOpen = useSignal(false)
  const { seq, at } = moment.value
  const { number, from, startedAt = Number.POSITIVE_INFINITY, queuedMs, failure } = attempt
  const hasEnded = attempt.endSeq !== undefined && attempt.endSeq <= seq
  const until = hasEnded ? attempt.to : isLast ? instant.value : at
  // The failure of the last one stands above already.
  const shows = hasEnded && failure !== undefined && !isLast
  const end = hasEnded ? (attempt.end ?? 'completed') : 'running'
  return (
    <>
      <tr>
        <td>{number}</td>
        {who !== undefined && (
          <td>
            {who === 'task' ? (
              <TaskLink id={attempt.taskId!} />
            ) : (
              attempt.agentId !== undefined && <AgentLink id={attempt.agentId} />
            )}
          </td>
        )}
        <td>
          <span class="status">
            <Dot status={end === 'deferred' ? 'dispatched' : end === 'interrupted' ? 'stopping' : end} />
            {shows ? (
              <button
                type="button"
                class="plain"
                aria-expanded={isOpen.value}
                onClick={() => {
                  isOpen.value = !isOpen.value
                }}
              >
                {end} <code>{failure.code}</code>
              </button>
            ) : (
              end
            )}
          </span>
        </td>
        <td>{sinceStart(from - history.value.from)}</td>
        {who === undefined && <td>{queuedMs > 0 ? showMs(queuedMs) : ''}</td>}
        <td>{startedAt <= until && showMs(until - startedAt)}</td>
      </tr>
      {isOpen.value && shows && (
        <tr>
          <td colSpan={5} class="attempt-failure">
            <FailureBlock failure={failure} />
          </td>
        </tr>
      )}
    </>
  )
}
