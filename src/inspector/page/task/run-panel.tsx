import { longestChain } from '../state/longest-chain.ts'
import { signal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { withNoun } from '../../../text/with-noun.ts'
import { showMs } from '../../../time/show-ms.ts'
import { Dot } from '../shell/status.tsx'
import { history, instant, isFollowing, isSettled, mayAct, moment } from '../state/shown.ts'
import { timeline } from '../timeline/timeline-state.ts'
import { Deeds } from './act.tsx'
import { rootCauses } from './causes.ts'
import { Few } from './few.tsx'
import { JsonTree } from './json-tree.tsx'
import { runDeeds } from './run-deeds.ts'
import { Section } from './section.tsx'
import { Story } from './story.tsx'
import { Written } from './stretches.tsx'
import { TaskLink, TaskLinks } from './task-link.tsx'
import { Questions } from './answer-form.tsx'

/** Whether it is more than its first line, where there is room for a view or a panel and not for both. */
const isOpen = signal(false)

/** The run as a whole, at the instant that is looked at: what went wrong, what waits for somebody, what runs. */
export function RunPanel(): ComponentChildren {
  const run = moment.value
  const { name, status, failure, reason, tasks } = run
  const views = [...tasks.values()]
  const asking = views.filter(({ questions }) => questions.length > 0)
  const atWork = views.filter((task) => ['starting', 'running', 'stalled', 'stopping'].includes(task.status))
  const created = history.value.facts[0]
  const input = created?.type === 'run.created' ? created.input : undefined
  const labels = created?.type === 'run.created' ? created.labels : undefined
  return (
    <div class={isOpen.value ? 'panel is-open' : 'panel'}>
      <div class="panel-head">
        <h2>
          <Dot status={status} />
          <bdi class="said">{name}</bdi>
        </h2>
        <button
          type="button"
          class="plain soft sheet-button"
          aria-expanded={isOpen.value}
          onClick={() => {
            isOpen.value = !isOpen.value
          }}
        >
          {isOpen.value ? 'Less' : 'More'}
        </button>
      </div>
      <p class="panel-line">{summary()}</p>
      {mayAct.value && <Deeds deeds={runDeeds()} />}
      {(failure !== undefined || reason !== undefined) && (
        <div class="failure">
          {failure !== undefined && (
            <p class="failure-head">
              <code>{failure.code}</code>
            </p>
          )}
          <p class="said">
            <Written text={failure?.message ?? reason ?? ''} />
          </p>
        </div>
      )}
      {asking.length > 0 && (
        <Section title="Waits for an answer" count={asking.length}>
          <Few of={asking} most={20}>
            {(task) => (
              <div key={task.id}>
                <TaskLink id={task.id} />
                <Questions task={task} />
              </div>
            )}
          </Few>
        </Section>
      )}
      <Failures />
      {atWork.length > 0 && (
        <Section title="Running" count={atWork.length}>
          <Few of={atWork} most={20}>
            {(task) => (
              <div key={task.id} class="input">
                <TaskLink id={task.id} />
                <span class="soft">
                  {task.progress !== undefined && `${Math.round(task.progress.percent)} % · `}
                  {showMs(instant.value - (task.startedAt ?? task.since))}
                </span>
              </div>
            )}
          </Few>
        </Section>
      )}
      <CriticalPath />
      {(input !== undefined || labels !== undefined) && (
        <Section title="Input" isOpen={false}>
          {input !== undefined && <JsonTree value={input} />}
          {labels !== undefined && <JsonTree value={labels} />}
        </Section>
      )}
      <Section title="Story" isOpen={!isSettled.value || views.length <= 20}>
        <Story facts={timeline().runFacts} />
      </Section>
    </div>
  )
}

/** `failed · 1.7 s · 82 tasks` */
function summary(): string {
  const { status, startedAt, settledAt, tasks } = moment.value
  const until = settledAt ?? instant.value
  const words: string[] = [status]
  if (startedAt !== undefined) words.push(showMs(until - startedAt))
  words.push(withNoun(tasks.size, 'task'))
  return words.join(' · ')
}

/** What went wrong by itself, with how much followed from it. */
function Failures(): ComponentChildren {
  const causes = rootCauses(moment.value)
  if (causes.length === 0) return null
  return (
    <Section title="Failed" count={causes.length}>
      <Few of={causes} most={20}>
        {({ taskId, reason, consequences, failure }) => (
          <div key={taskId} class="cause">
            <div class="input">
              <TaskLink id={taskId} />
              <code class="soft">{failure?.code ?? 'TASK_KILLED'}</code>
            </div>
            <p class="said">
              <Written text={reason.slice(0, 300)} />
            </p>
            {consequences > 0 && <p class="soft">{withNoun(consequences, 'task')} skipped because of it</p>}
          </div>
        )}
      </Few>
    </Section>
  )
}

/** Live it would change with every task, and be looked for as often. */
function CriticalPath(): ComponentChildren {
  if (isFollowing.value && !isSettled.value) return null
  const { ids, length } = longestChain.value
  if (ids.length === 0) return null
  return (
    <Section title="Critical path" count={ids.length} isOpen={ids.length <= 12}>
      <p class="soft">The longest chain of tasks that waited for each other: {showMs(length)}.</p>
      <TaskLinks ids={ids} />
    </Section>
  )
}
