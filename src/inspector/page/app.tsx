// In the order in which the page packs best: what is alike lies close together in it.
import type { ComponentChildren } from 'preact'
import { keys } from './shell/keys.ts'
import { DagView } from './dag/dag-view.tsx'
import { AgentPanel } from './agents/agent-panel.tsx'
import { AgentsView } from './agents/agents-view.tsx'
import { TimelineView } from './timeline/timeline-view.tsx'
import { Tabs } from './shell/tabs.tsx'
import { heedKeys } from './shell/heed-keys.ts'
import { RunPanel } from './task/run-panel.tsx'
import { FactsView } from './facts/facts-view.tsx'
import { Notice } from './shell/notice.tsx'
import { Header } from './shell/header.tsx'
import { useEffect } from './state/signals.ts'
import { isOfNoRun, selectedAgent, selectedTask, view } from './state/shown.ts'
import { Scrubber } from './shell/scrubber.tsx'
import { Dialogs } from './shell/dialogs.tsx'
import { TaskPanel } from './task/task-panel.tsx'
import { EventsView } from './events/events-view.tsx'
import { StatechartView } from './statechart/statechart-view.tsx'

export function App(): ComponentChildren {
  useEffect(() => heedKeys(keys), [])
  return (
    <div class="app">
      <Header />
      <Notice>
        {!isOfNoRun.value && <Tabs />}
        <div class="work">
          <main class="main">
            <div class="view" id="view" role="tabpanel" aria-labelledby={`tab-${view.value}`}>
              <Shown />
            </div>
          </main>
          <Side />
        </div>
        {!isOfNoRun.value && <Scrubber />}
      </Notice>
      <Dialogs />
    </div>
  )
}

/** What is selected, else the run. */
function Side(): ComponentChildren {
  const task = selectedTask.value
  const agent = view.value === 'agents' ? selectedAgent.value : undefined
  return (
    <aside
      class="side"
      aria-label={task !== undefined ? 'The selected task' : agent !== undefined ? 'The agent' : 'The run'}
    >
      {task !== undefined ? (
        <TaskPanel key={task} />
      ) : agent !== undefined ? (
        <AgentPanel key={agent} id={agent} />
      ) : isOfNoRun.value ? (
        <p class="empty">Choose an agent to see what it may spend and what it did.</p>
      ) : (
        <RunPanel />
      )}
    </aside>
  )
}

function Shown(): ComponentChildren {
  switch (view.value) {
    case 'dag':
      return <DagView />
    case 'timeline':
      return <TimelineView />
    case 'agents':
      return <AgentsView />
    case 'statechart':
      return <StatechartView />
    case 'events':
      return <EventsView />
    // The list stands in its place.
    case 'runs':
    case 'facts':
      return <FactsView />
  }
}
