import type { ComponentChildren } from 'preact'
import type { TaskView } from '../../../events/task-view.ts'
import type { TaskStructure } from '../../../graph/plan.ts'
import { showMs } from '../../../time/show-ms.ts'
import { Dot } from '../shell/status.tsx'
import { history, instant, isSettled, mayAct, moment, select, selectedTask } from '../state/shown.ts'
import { timesUntil } from '../timeline/row-order.ts'
import type { AttemptBar } from '../timeline/timeline-row.ts'
import { timeline } from '../timeline/timeline-state.ts'
import { type Deed, Deeds } from './act.tsx'
import { Questions } from './answer-form.tsx'
import { Attempts, attemptsAt } from './attempts.tsx'
import { dependentsOf } from './causes.ts'
import { FailureBlock } from './failure-block.tsx'
import { Inputs } from './inputs.tsx'
import { JsonTree } from './json-tree.tsx'
import { LogPane } from './log-pane.tsx'
import { Options } from './options.tsx'
import { Section } from './section.tsx'
import { Skipped } from './skipped.tsx'
import { Story } from './story.tsx'
import { TaskLinks } from './task-link.tsx'
import { Why } from './why.tsx'

/** All that is known of the selected task, at the instant that is looked at. */
export function TaskPanel(): ComponentChildren {
  const id = selectedTask.value
  const { structure, tasks } = moment.value
  const task = id === undefined ? undefined : tasks.get(id)
  const defined = structure.find((one) => one.id === id)
  if (id === undefined || task === undefined || defined === undefined) {
    return (
      <div class="panel is-open">
        <PanelHead title={id ?? ''} status="pending" />
        <p class="empty">This run has no such task.</p>
      </div>
    )
  }
  const { outcome, progress, status } = task
  const dependents = dependentsOf(structure, id)
  const facts = history.value.seqsOf(id).map((seq) => history.value.facts[seq - 1]!)
  const attempts = attemptsAt(id)
  return (
    <div class="panel is-open">
      <PanelHead title={id} status={status} />
      <p class="panel-line">{summaryOf(task, defined)}</p>
      {progress !== undefined && outcome === undefined && <Progress {...progress} />}
      {mayAct.value && <Deeds deeds={deedsFor(task)} />}
      <Questions task={task} />
      {outcome?.status === 'skipped' && <Skipped {...outcome} />}
      {task.failure !== undefined && outcome?.status !== 'completed' && (
        <FailureBlock
          failure={task.failure}
          attempt={outcome === undefined ? attempts.findLast(hasFailed)?.number : undefined}
        />
      )}
      {outcome === undefined && (
        <Section title="Why">
          <Why task={task} structure={defined} />
        </Section>
      )}
      {outcome?.status === 'completed' && (
        <Section title="Output">
          {outcome.output === undefined ? <p class="soft">None.</p> : <JsonTree value={outcome.output} />}
        </Section>
      )}
      <LogPane taskId={id} />
      <Attempts attempts={attempts} />
      <Inputs {...defined} />
      <Section title="Dependents" count={dependents.length} isOpen={dependents.length > 0}>
        {dependents.length === 0 ? <p class="soft">Nothing needs it.</p> : <TaskLinks ids={dependents} />}
      </Section>
      <Section title="Story">
        {facts.length === 0 ? <p class="soft">Nothing has happened to it yet.</p> : <Story facts={facts} />}
      </Section>
      <Section title="Options" isOpen={false}>
        <Options {...defined} />
      </Section>
    </div>
  )
}

function hasFailed({ end }: AttemptBar): boolean {
  return end === 'failed'
}

interface PanelHeadOptions {
  readonly title: string
  readonly status: string | undefined
  readonly close?: () => void
}

export function PanelHead({
  title,
  status,
  close = () => select(undefined),
}: PanelHeadOptions): ComponentChildren {
  return (
    <div class="panel-head">
      <h2 id="task-title" tabIndex={-1}>
        {status !== undefined && <Dot status={status} />}
        <bdi class="said">{title}</bdi>
      </h2>
      <button type="button" class="plain" aria-label="Close" title="Back to the run  Escape" onClick={close}>
        ✕
      </button>
    </div>
  )
}

/** `failed · attempt 3 of 3 · ran 912 ms · queued 356 ms` */
function summaryOf({ id, status, attempt, outcome }: TaskView, { maxAttempts }: TaskStructure): string {
  const row = timeline().row(id)
  const { queuedMs, ranMs } = row === undefined ? { queuedMs: 0, ranMs: 0 } : timesUntil(row, instant.value)
  const words: string[] = [status]
  if (attempt > 0)
    words.push(
      maxAttempts === 1 && attempt === 1
        ? 'attempt 1'
        : `attempt ${attempt}${attempt <= (maxAttempts ?? 0) ? ` of ${maxAttempts}` : ''}`,
    )
  if (ranMs > 0) words.push(`ran ${showMs(ranMs)}`)
  if (queuedMs > 0) words.push(`queued ${showMs(queuedMs)}`)
  if (outcome?.status === 'failed' && outcome.ignored) words.push('ignored')
  if (outcome?.status === 'failed' && outcome.deadLettered) words.push('dead letter')
  if (outcome !== undefined && 'abandoned' in outcome && outcome.abandoned) words.push('abandoned')
  return words.join(' · ')
}

function Progress({
  percent,
  message,
}: {
  readonly percent: number
  readonly message?: string
}): ComponentChildren {
  return (
    <div class="progress">
      <progress max={100} value={percent} aria-label="Progress" />
      <span>{Math.round(percent)} %</span>
      {message !== undefined && <span class="soft said">{message}</span>}
    </div>
  )
}

function deedsFor({ id, outcome, status }: TaskView): readonly Deed[] {
  if (outcome === undefined) {
    const isLive = status !== 'pending' && status !== 'ready'
    const kill: Deed = {
      name: 'Kill',
      title: `Kill ${id}?`,
      text: isLive
        ? 'Its attempt is ended and not tried again. What needs it is skipped, unless its rule says otherwise.'
        : 'It will not start. What needs it is skipped, unless its rule says otherwise.',
      command: { command: 'kill', taskId: id },
    }
    return isSettled.value ? [] : [kill]
  }
  if (!isSettled.value || outcome.status === 'completed') return []
  return [
    {
      name: 'Redrive',
      title: `Redrive ${id}?`,
      text: 'The run goes on: this task starts again with all its attempts, and with it what was skipped because of it.',
      command: { command: 'redrive', taskId: id },
    },
  ]
}
