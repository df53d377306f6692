import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { Gap, rowHeight } from '../dag/task-table.tsx'
import { bringIntoView, placeAfter, useWindow } from '../list/window.ts'
import { Status } from '../shell/status.tsx'
import { useEffect } from '../state/signals.ts'
import { selectAgent, selectedAgent } from '../state/shown.ts'
import { TimelineView } from '../timeline/timeline-view.tsx'
import { agentInstant, agentNow, attemptsOf, ids, isRegistered, jobsOf } from './agents-state.ts'
import { JobLinks } from './job-links.tsx'
import { Meter } from './meter.tsx'

/** Who does the tasks: how each agent stands, and what each did over time. */
export function AgentsView(): ComponentChildren {
  if (ids.value.length === 0) {
    return (
      <p class="empty">
        {isRegistered.value
          ? 'No agent fits the search.'
          : 'No agent has had a task of this run. Tasks ask for one by requires, agent or fallback.'}
      </p>
    )
  }
  return (
    <div class="agents">
      <AgentTable />
      <TimelineView />
    </div>
  )
}

/** The columns of agents that more is known of than what they did. */
const registered = ['status', 'load', 'tokens today', 'tries today', 'cost', 'models', 'silent for']

/** In pixels. The last one takes what is left. */
const widths: Readonly<Record<string, number>> = {
  agent: 108,
  status: 94,
  load: 52,
  'tokens today': 152,
  'tries today': 104,
  cost: 54,
  models: 84,
  'silent for': 76,
  tries: 52,
}

function AgentTable(): ComponentChildren {
  const all = ids.value
  const place = all.indexOf(selectedAgent.value ?? '')
  const { frame, height, first, last, onScroll } = useWindow(all.length, rowHeight)
  useEffect(() => {
    if (place !== -1)
      bringIntoView(frame.current!, place * rowHeight, rowHeight, { above: 0, below: rowHeight })
  }, [selectedAgent.value])
  const heed = (event: KeyboardEvent): void => {
    const next = placeAfter(event, place, all.length, Math.max(1, Math.floor(height / rowHeight) - 2))
    if (next !== undefined) selectAgent(all[next])
    else if (event.key === 'Enter' && place !== -1) document.getElementById('task-title')?.focus()
    else return
    event.preventDefault()
  }
  return (
    <div
      class="dag-table agent-table"
      ref={frame}
      onScroll={onScroll}
      style={{ height: `min(45%, ${(all.length + 1) * rowHeight + 2}px)` }}
    >
      <table
        role="grid"
        tabIndex={0}
        aria-label="Agents"
        aria-rowcount={all.length + 1}
        aria-activedescendant={place === -1 ? undefined : 'selected-agent'}
        data-rows={all.length}
        onKeyDown={heed}
      >
        <thead>
          <tr>
            {['agent', ...(isRegistered.value ? registered : []), 'tries', 'does now'].map((name) => (
              <th key={name} style={{ width: `${widths[name]}px` }}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {all.slice(first, last).map((id, index) => (
            <Row key={id} id={id} place={first + index} />
          ))}
          <Gap rows={all.length - last} />
        </tbody>
      </table>
    </div>
  )
}

function Row({ id, place }: { readonly id: string; readonly place: number }): ComponentChildren {
  const agent = agentNow(id)
  const isSelected = id === selectedAgent.value
  const { status, load, maxLoad, tokens, jobs, costUsd, allowance = {}, byModel, lastHeartbeatAt } = agent
  const own = attemptsOf(id)
  const models = [...new Set([...(allowance.models ?? []), ...Object.keys(byModel)])].join(', ')
  const { dailyTokens, dailyJobs } = allowance
  return (
    <tr
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      id={isSelected ? 'selected-agent' : undefined}
      data-agent={id}
      data-status={status}
      onClick={({ target }) => {
        // What it does now leads to its task.
        if (!(target as Element).closest('button, a')) selectAgent(id)
      }}
    >
      <td title={id}>{id}</td>
      {isRegistered.value && (
        <>
          <td>{status !== 'unknown' && <Status status={status} />}</td>
          <td>{loadInWords(load, maxLoad)}</td>
          <td>
            <Meter used={tokens} most={dailyTokens} />
          </td>
          <td>
            <Meter used={jobs} most={dailyJobs} />
          </td>
          <td>{costUsd > 0 && `$${costUsd.toFixed(2)}`}</td>
          <td title={models}>{models}</td>
          <td>
            {lastHeartbeatAt !== undefined && showMs(Math.max(0, agentInstant.value - lastHeartbeatAt))}
          </td>
        </>
      )}
      <td>{own.length || ''}</td>
      <td>
        <JobLinks jobs={jobsOf(id).slice(0, 4)} />
      </td>
    </tr>
  )
}

/** `1 / 2`; without a limit `1`. */
export function loadInWords(load: number, maxLoad: number | undefined): string {
  return maxLoad === undefined || maxLoad === 0 ? String(load) : `${load} / ${maxLoad}`
}
