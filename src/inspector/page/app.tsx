// In the order in which the page packs best: what is alike lies close together in it.
import type { ComponentChildren } from 'preact'
import { keys } from './shell/keys.ts'
import { DagView } from './dag/dag-view.tsx'
import { TimelineView } from './timeline/timeline-view.tsx'
import { Tabs } from './shell/tabs.tsx'
import { heedKeys } from './shell/heed-keys.ts'
import { RunPanel } from './task/run-panel.tsx'
import { FactsView } from './facts/facts-view.tsx'
import { Notice } from './shell/notice.tsx'
import { Header } from './shell/header.tsx'
import { useEffect } from './state/signals.ts'
import { selectedTask, view } from './state/shown.ts'
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
        <Tabs />
        <div class="work">
          <main class="main">
            <div class="view" id="view" role="tabpanel" aria-labelledby={`tab-${view.value}`}>
              <Shown />
            </div>
          </main>
          <aside class="side" aria-label={selectedTask.value === undefined ? 'The run' : 'The selected task'}>
            {selectedTask.value === undefined ? <RunPanel /> : <TaskPanel key={selectedTask.value} />}
          </aside>
        </div>
        <Scrubber />
      </Notice>
      <Dialogs />
    </div>
  )
}

function Shown(): ComponentChildren {
  switch (view.value) {
    case 'dag':
      return <DagView />
    case 'timeline':
      return <TimelineView />
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
