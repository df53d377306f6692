import { useEffect, useRef, useSignal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { history, log, moment, pinnedSeq, told } from '../state/shown.ts'
import type { History } from '../state/history.ts'
import { CopyButton } from './copy-button.tsx'
import { linesWith, LogLines } from './log-lines.ts'
import { Section } from './section.tsx'
import { Stretches } from './stretches.tsx'

const lineHeight = 18
const shortest = 4
const tallest = 20

const logs = new WeakMap<History, Map<string, LogLines>>()

/** What a task has written so far. */
function logOf(taskId: string): LogLines {
  void told.value
  const known = history.value
  const ofTasks = logs.get(known) ?? new Map<string, LogLines>()
  logs.set(known, ofTasks)
  const lines = ofTasks.get(taskId) ?? new LogLines(taskId)
  ofTasks.set(taskId, lines)
  lines.catchUp(known.passing)
  return lines
}

/** What a task wrote, as it comes: its colours, and no other escape. */
export function LogPane({ taskId }: { readonly taskId: string }): ComponentChildren {
  const pane = useRef<HTMLDivElement>()
  const top = useSignal(0)
  const search = useSignal('')
  const attempt = useSignal<number | undefined>(undefined)
  const all = logOf(taskId).lines
  const seq = pinnedSeq.value ?? Number.POSITIVE_INFINITY
  const lines = linesWith(all, { attempt: attempt.value, seq, text: search.value })
  const attempts = [...new Set(all.map((line) => line.attempt))]
  // Where it was before this line was drawn: somebody may be reading above.
  const wasAtEnd = isAtEnd(pane.current)
  useEffect(() => {
    if (wasAtEnd && pane.current !== null) pane.current.scrollTop = pane.current.scrollHeight
  }, [lines.length])
  if (all.length === 0) return <NoLog taskId={taskId} />
  const shownLines = Math.max(shortest, Math.min(tallest, lines.length))
  const first = Math.max(0, Math.floor(top.value / lineHeight) - 5)
  const shown = lines.slice(first, first + tallest * 3)
  const longest = Math.max(...shown.map((line) => line.text.length), 0)
  return (
    <Section title="Log" count={lines.length}>
      <div class="log-tools">
        <input
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value
          }}
        />
        {attempts.length > 1 && (
          <select
            aria-label="Attempt"
            value={String(attempt.value ?? '')}
            onChange={({ currentTarget }) => {
              attempt.value = currentTarget.value === '' ? undefined : Number(currentTarget.value)
            }}
          >
            <option value="">all attempts</option>
            {attempts.map((one) => (
              <option key={one} value={one}>
                attempt {one}
              </option>
            ))}
          </select>
        )}
        <CopyButton text={() => lines.map((line) => line.text).join('\n')} />
      </div>
      {(log.value.dropped > 0 || history.value.isCut) && <p class="soft">Older lines may be missing.</p>}
      <div
        class="log"
        ref={pane}
        tabIndex={0}
        role="log"
        aria-label={`What ${taskId} wrote`}
        style={{ height: `${shownLines * lineHeight + 8}px` }}
        onScroll={({ currentTarget }) => {
          top.value = currentTarget.scrollTop
        }}
      >
        <div
          class="log-lines"
          style={{ height: `${lines.length * lineHeight}px`, minWidth: `${longest + 3}ch` }}
        >
          {shown.map((line, place) => (
            <div
              key={first + place}
              class={line.stream === 'stderr' ? 'log-line is-stderr' : 'log-line'}
              title={line.stream === 'stderr' ? 'stderr' : undefined}
              style={{ top: `${(first + place) * lineHeight}px` }}
            >
              <Stretches stretches={line.stretches} />
            </div>
          ))}
        </div>
      </div>
    </Section>
  )
}

function isAtEnd(pane: HTMLElement | null): boolean {
  return pane === null || pane.scrollTop + pane.clientHeight >= pane.scrollHeight - lineHeight
}

function NoLog({ taskId }: { readonly taskId: string }): ComponentChildren {
  const task = moment.value.tasks.get(taskId)
  if (task === undefined || task.attempt === 0) return null
  return (
    <Section title="Log">
      <p class="soft">
        {task.outcome === undefined
          ? 'It has written nothing so far.'
          : 'It wrote nothing, or it was not kept.'}
      </p>
    </Section>
  )
}
